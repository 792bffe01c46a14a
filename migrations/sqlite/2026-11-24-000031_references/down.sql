DROP TABLE provider_reference;
