DROP TABLE programme_figure;
DROP TABLE judgement;
DROP TABLE evidence;
DROP TABLE review_fact;
DROP TABLE answer;
DROP TABLE review_step;
DROP TABLE review;
DROP TABLE review_scheme;
