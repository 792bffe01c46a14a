DROP TABLE reminder;
DROP TABLE reminder_run;
DROP TABLE reminder_rules;
