-- About how many assessments a run has still to look at (the index alone answers).
SELECT count(*) AS remaining FROM taxation_assessment WHERE levy = %(levy)s AND state = 'approved' AND id > %(after)s AND id <= %(until)s
