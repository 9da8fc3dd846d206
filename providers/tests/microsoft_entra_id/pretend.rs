//! An authority for many tenants, made of the pretend OpenID provider: the document names a template, keys have an
//! issuer and no `alg`, and the token endpoint says more than the letter of OpenID Connect has it say.

use std::sync::{Arc, Mutex};

use admit::http::HttpError;
use admit::{HttpClient, HttpRequest, HttpResponse};
use admit_testkit::oidc::{Fault, Stage};
use admit_testkit::{FixedClock, FixedRandom, PretendOidc};
use async_trait::async_trait;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{ADA, CALLBACK, CLIENT_ID, CONTOSO, HOST, SECRET, ada_in};

#[derive(Clone, Debug)]
pub(crate) struct Pretend {
    pub(crate) oidc: PretendOidc,
    odd: Arc<Mutex<Odd>>,
}

/// What is laid over the answers.
#[derive(Debug)]
struct Odd {
    key_issuer: Option<String>,
    /// The pretend provider takes a refresh token once. Microsoft goes on taking those before it, which this stands for.
    newest_refresh_token: Option<String>,
    beside_tokens: Value,
}

impl Pretend {
    /// One whose document is below that address, and whose people are Contoso's.
    pub(crate) fn below(address: &str, clock: &FixedClock) -> Self {
        let oidc = PretendOidc::builder(CLIENT_ID, SECRET, CALLBACK)
            .issuer(format!("{address}/v2.0"))
            .sends_iss(false)
            .person("ada", json!({ "sub": "pairwise", "tid": CONTOSO, "oid": ADA }), json!({}))
            .clock(Arc::new(clock.clone()))
            .random(Arc::new(FixedRandom::new(7)))
            .build();
        let template = format!("{HOST}/{{tenantid}}/v2.0");
        let odd = Odd { key_issuer: Some(template.clone()), newest_refresh_token: None, beside_tokens: json!({}) };
        let pretend = Self { oidc, odd: Arc::new(Mutex::new(odd)) };
        pretend.publishes(&template);
        pretend.says(ada_in(CONTOSO));
        pretend
    }

    /// Names that issuer in its document from now on.
    pub(crate) fn publishes(&self, issuer: &str) {
        self.oidc.publish(&json!({ "issuer": issuer, "authorization_response_iss_parameter_supported": null }));
    }

    /// Gives its keys that issuer from now on.
    pub(crate) fn keys_are_of(&self, issuer: Option<&str>) {
        self.odd.lock().unwrap().key_issuer = issuer.map(str::to_owned);
    }

    /// Puts these claims into ID tokens from now on; `null` takes one away.
    pub(crate) fn says(&self, claims: Value) {
        self.oidc.clear_faults();
        self.oidc.fail_always(Stage::Token, Fault::Claims(claims));
    }

    /// Says this beside tokens from now on.
    pub(crate) fn says_beside(&self, members: Value) {
        self.odd.lock().unwrap().beside_tokens = members;
    }

    /// Refuses the next token request.
    pub(crate) fn refuses(&self, status: u16, body: &Value) {
        let status = StatusCode::from_u16(status).unwrap();
        self.oidc.fail_once(Stage::Token, Fault::Answer { status, body: body.to_string().into() });
    }

    /// Plays the person: agrees at the address; the path that the browser comes back with.
    pub(crate) async fn agree(&self, there: &str) -> String {
        self.oidc.authorize(there).await.unwrap().path_and_query()
    }

    fn with_newest_refresh_token(&self, request: HttpRequest) -> HttpRequest {
        let odd = self.odd.lock().unwrap();
        let (Some(newest), true) = (&odd.newest_refresh_token, request.method() == Method::POST) else {
            return request;
        };
        let form = url::form_urlencoded::parse(request.body()).map(|(name, value)| {
            let value = if name == "refresh_token" { newest.clone() } else { value.into_owned() };
            (name.into_owned(), value)
        });
        let form: Vec<(String, String)> = form.collect();
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        request.map(|_| body.into())
    }

    /// The forms that came to the token endpoint.
    pub(crate) fn token_requests(&self) -> Vec<Vec<(String, String)>> {
        let requests = self.oidc.requests(Stage::Token);
        requests.iter().map(|request| url::form_urlencoded::parse(request.body()).into_owned().collect()).collect()
    }
}

#[async_trait]
impl HttpClient for Pretend {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let path = request.uri().path().to_owned();
        let answer = self.oidc.send(self.with_newest_refresh_token(request)).await?;
        let Ok(mut body) = serde_json::from_slice::<Value>(answer.body()) else { return Ok(answer) };
        let mut odd = self.odd.lock().unwrap();
        if path.ends_with("/keys") {
            for key in body["keys"].as_array_mut().unwrap() {
                key.as_object_mut().unwrap().remove("alg");
                if let Some(issuer) = &odd.key_issuer {
                    key["issuer"] = json!(issuer);
                }
            }
        } else if path.ends_with("/token") && answer.status() == StatusCode::OK {
            odd.newest_refresh_token = body["refresh_token"].as_str().map(str::to_owned);
            body.as_object_mut().unwrap().extend(odd.beside_tokens.as_object().unwrap().clone());
        }
        Ok(answer.map(|_| body.to_string().into()))
    }
}
