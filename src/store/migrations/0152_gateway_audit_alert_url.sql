-- Where alerts are sent: ciphertext under a key of the installation, because addresses of chats
-- hold secrets; the host alone is shown.
alter table gateway_audit_settings add column alert_url text;
alter table gateway_audit_settings add column alert_host text;
