DROP TABLE form_file;
DROP TABLE form_kept;
