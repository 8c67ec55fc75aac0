-- A key or token is for the address that it was given for: it never goes to another one.
-- Null, of those that are older: the address that the service declares itself.
alter table gateway_credential add column origin text;

update gateway_credential
set origin = lower(substring(placed.address from '^https?://[^/]+'))
from (
  select workspace, name, base_url as address from gateway_service where base_url is not null
  union all
  select workspace, name, base_url from gateway_openapi
  union all
  select workspace, name, address from gateway_upstream where address is not null
) as placed
where placed.workspace = gateway_credential.workspace
  and placed.name = gateway_credential.service;
