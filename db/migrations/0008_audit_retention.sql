-- Waits for nobody: while a dump reads the days, whoever writes events would wait behind it.
ALTER FUNCTION audit_drop_partitions(date) SET lock_timeout = '100ms';
