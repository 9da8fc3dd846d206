//! Whoever writes against admit from outside can make what their tests need.

use admit::http::HttpClient;
use admit::provider::{ClientAuthentication, ClientCredential, CredentialContext, CredentialError};
use admit::{
    Account, Callbacks, Claims, Clock, Decision, GrantRecord, Profile, Secret, Session, SessionCause, SignInAttempt,
    Timestamp, Token, TokenSet,
};
use async_trait::async_trait;
use serde_json::json;

use crate::support::rules::Rules;
use crate::support::standard::Standard;

#[tokio::test]
async fn an_application_s_decisions_can_be_tested_by_themselves() {
    let rules = Rules::default()
        .sign_in(|attempt| {
            let invited = attempt.claims.text("login") == Some("mona") && attempt.user.is_none();
            Ok(if invited { Decision::Allow } else { Decision::Deny })
        })
        .session(|mut session, cause| {
            session.extra.insert("seat".into(), cause.token.value("seat").cloned().unwrap_or_default());
            Ok(session)
        });
    let grant = GrantRecord {
        client_id: "app".into(),
        redirect_uri: "https://app.example/cb".into(),
        scopes: Vec::new(),
        minted_by: None,
        granted_at: Timestamp::from_unix_seconds(0),
    };
    let account = Account::new("acme", "7", TokenSet::new("token"), grant);
    let (profile, claims) = (Profile::new("7"), Claims::parse(br#"{"login":"mona"}"#).unwrap());
    let attempt = SignInAttempt::new(&account, &profile, &claims, None);
    assert_eq!(Callbacks::sign_in(&rules, &attempt).await.unwrap(), Decision::Allow);

    let mut token = Token::default();
    token.subject = Some("7".into());
    token.insert("seat", "12A");
    let session = Session::new(&token, Timestamp::from_unix_seconds(9));
    let shown = Callbacks::session(&rules, session, SessionCause::new(&token)).await.unwrap();
    assert_eq!((shown.user.id.as_str(), &shown.extra["seat"]), ("7", &json!("12A")));
}

/// Proves itself by who it is and where it goes.
#[derive(Debug)]
struct Named;

#[async_trait]
impl ClientCredential for Named {
    async fn authenticate(&self, cx: &CredentialContext<'_>) -> Result<ClientAuthentication, CredentialError> {
        Ok(ClientAuthentication::Secret(Secret::new(format!("{}@{}", cx.client_id, cx.token_endpoint))))
    }
}

#[tokio::test]
async fn a_credential_can_be_tested_by_itself() {
    let (clock, http) = (admit_testkit::FixedClock::default(), Standard::new());
    let (clock, http): (&dyn Clock, &dyn HttpClient) = (&clock, &http);
    let random = admit_testkit::FixedRandom::new(1);
    let cx = CredentialContext::new("app", "https://acme.example/token", clock, &random, http);
    let proof = Named.authenticate(&cx).await.unwrap();
    let ClientAuthentication::Secret(secret) = proof else { panic!("{proof:?}") };
    assert_eq!(secret.expose(), "app@https://acme.example/token");
}
