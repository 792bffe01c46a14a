DROP TABLE sync_quarantine;
DROP TABLE sync_outcome;
