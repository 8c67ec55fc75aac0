-- Keys that sign id tokens of jobs. The newest signs; one that was replaced is published as long as
-- a token of its time may be good.
create table engine_signing_key (
  kid text primary key,
  public_jwk json not null,
  -- The private key under a key that is derived from the master key.
  sealed text not null,
  created_at bigint not null
);
