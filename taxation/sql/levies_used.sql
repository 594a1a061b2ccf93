-- How many assessments in force each levy has.
SELECT levy, count(*) AS n FROM taxation_assessment WHERE state = 'approved' AND valid_to IS NULL GROUP BY levy
