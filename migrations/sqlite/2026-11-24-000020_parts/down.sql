DROP TABLE message_part;
