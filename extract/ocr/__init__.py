"""Between layout and tables: pages and parts of pages that are pictures become words and rulings."""
