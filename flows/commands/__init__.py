"""The commands of ``gongkai``, one file for each use; ``flows.cli`` puts them together.

Everything of weight is imported when a command runs, so that ``--help`` is quick.
"""
