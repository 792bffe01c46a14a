DROP TABLE gateway_phone;
