-- Whom the client secret of an app is for: the issuer or the token endpoint, as it was when an
-- admin stored the secret. It goes to no other. Null, of those that are older and of which that is
-- not known: an admin stores the app again.
alter table gateway_oauth_app add column given_for text;

update gateway_oauth_app as app
set given_for = coalesce(
  app.settings -> 'endpoints' ->> 'token',
  app.settings ->> 'issuer',
  case app.service
    when 'google_workspace' then 'https://oauth2.googleapis.com/token'
    when 'bigquery' then 'https://oauth2.googleapis.com/token'
    when 'slack' then 'https://slack.com/api/oauth.v2.user.access'
    when 'github' then 'https://github.com/login/oauth/access_token'
    when 'notion' then 'https://api.notion.com/v1/oauth/token'
    when 'jira' then 'https://auth.atlassian.com/oauth/token'
    when 'gitlab' then (
      select coalesce(base_url, 'https://gitlab.com') || '/oauth/token'
      from gateway_service
      where workspace = app.workspace and name = app.service
    )
  end,
  (
    select auth ->> 'issuer'
    from gateway_openapi
    where workspace = app.workspace and name = app.service
  ),
  (
    select auth ->> 'issuer'
    from gateway_upstream
    where workspace = app.workspace and name = app.service
  )
);
