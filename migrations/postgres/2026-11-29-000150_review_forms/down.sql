DROP TABLE review_form;
