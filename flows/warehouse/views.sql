-- Views over the star, in SQL that every database understands. They show current versions only.

-- view: figures
SELECT
    d.document_key, o.organisation_key, o.name AS organisation, o.province, o.city, o.district,
    d.kind AS disclosure_kind, d.fiscal_year, d.scope, d.published_on, d.needs_review,
    t.table_id, t.kind AS form_kind, t.form, t.title AS table_title,
    a.row_number, a.code, a.name, a.level, a.side, a.line, a.column_key, a.column_label,
    s.classification, s.edition, s.code AS subject_code, s.name AS subject_name,
    s.class_code, s.class_name, s.group_code, s.group_name, c.cofog_division, c.cofog_name,
    a.amount, a.unit, a.amount_yuan, a.printed, a.proof, a.page, a.address, d.file_name, d.uri
FROM amounts a
JOIN documents d ON d.document_key = a.document_key
JOIN tables t ON t.document_key = a.document_key AND t.table_id = a.table_id
LEFT JOIN organisations o ON o.organisation_key = d.organisation_key
LEFT JOIN subjects s ON s.subject_key = a.subject_key
LEFT JOIN cofog c ON c.class_code = s.class_code AND s.classification = 'function'
WHERE d.is_current;

-- view: budget_standard
SELECT
    o.division_code AS mof_div_code, d.fiscal_year, CAST(NULL AS VARCHAR(32)) AS agency_code,
    o.name AS agency_name, d.kind AS disclosure_kind, t.kind AS form_kind,
    CASE WHEN s.classification = 'function' THEN s.code END AS exp_func_code,
    CASE WHEN s.classification = 'function' THEN s.name END AS exp_func_name,
    CASE WHEN s.classification = 'economic' AND s.code LIKE '3%' THEN s.code END AS dep_bgt_eco_code,
    CASE WHEN s.classification = 'economic' AND s.code LIKE '3%' THEN s.name END AS dep_bgt_eco_name,
    CASE WHEN s.classification = 'economic' AND s.code LIKE '5%' THEN s.code END AS gov_bgt_eco_code,
    CASE WHEN s.classification = 'economic' AND s.code LIKE '5%' THEN s.name END AS gov_bgt_eco_name,
    a.level, a.column_key, a.amount_yuan, a.proof, d.document_key, a.address
FROM amounts a
JOIN documents d ON d.document_key = a.document_key
JOIN tables t ON t.document_key = a.document_key AND t.table_id = a.table_id
JOIN subjects s ON s.subject_key = a.subject_key
LEFT JOIN organisations o ON o.organisation_key = d.organisation_key
WHERE d.is_current AND s.classification <> 'income' AND a.amount IS NOT NULL;
