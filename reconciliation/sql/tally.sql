SELECT count(*),
    count(*) FILTER (WHERE c.id IS NULL OR c.state = 'gone'),
    count(*) FILTER (WHERE c.state = 'closed' AND (c.basis <> f.basis OR c.result = ANY(%(rechecked)s))),
    count(*) FILTER (WHERE c.state = 'closed' AND c.basis = f.basis AND NOT c.result = ANY(%(rechecked)s))
FROM found f LEFT JOIN reconciliation_case c ON c.queue = %(queue)s AND c.subject = f.subject
