DROP TABLE login_code;
DROP TABLE device;
