DROP TABLE synonym;
DROP TABLE verdict;
DROP TABLE month_change;
ALTER TABLE post DROP COLUMN duty;
