//! An access token that is good for a while: out of the session, and out of a token store. Held against a request that
//! only asks who is there.
//!
//! The clock and the randomness are the machine's. The stores answer without waiting.

use std::rc::Rc;

use admit::{Auth, AuthBuilder, Current, MemoryStore, RequestHead, SystemClock};
use http::{HeaderMap, Method, Uri};

use crate::Operation;
use crate::site::{Site, at_once, headers, runtime};

/// The session alone, and a token beside it, in each home.
pub fn operations() -> Vec<Operation> {
    let in_cookie = Rc::new(Person::signed_in(|builder| builder));
    let in_store = Rc::new(Person::signed_in(|builder| builder.token_store(MemoryStore::new())));
    let asking = |name, person: &Rc<Person>| {
        let person = Rc::clone(person);
        Operation::new(name, move || at_once(token(&person)))
    };
    let reading = |name, person: &Rc<Person>| {
        let person = Rc::clone(person);
        Operation::new(name, move || at_once(session(&person)))
    };
    vec![
        reading("access_token/session_in_cookie", &in_cookie),
        asking("access_token/in_cookie", &in_cookie),
        reading("access_token/session_beside_store", &in_store),
        asking("access_token/in_store", &in_store),
    ]
}

async fn session(person: &Person) -> bool {
    person.current().session().await.expect("nothing fails here").is_some()
}

async fn token(person: &Person) -> (bool, usize) {
    let current = person.current();
    let is_there = current.session().await.expect("nothing fails here").is_some();
    (is_there, current.access_token("azure-devops").await.expect("the token is fresh").expose().len())
}

/// Somebody who signed in a moment ago.
struct Person {
    auth: Auth,
    headers: HeaderMap,
}

impl Person {
    fn signed_in(configure: impl FnOnce(AuthBuilder) -> AuthBuilder) -> Self {
        let site = Site::with(SystemClock, configure);
        let mut browser = site.browser();
        runtime().block_on(browser.sign_in(&site.azure));
        let headers = headers(&browser.jar.header(true).expect("cookies"));
        Self { auth: site.auth, headers }
    }

    fn current(&self) -> Current {
        self.auth.current(&RequestHead::new(&Method::GET, &Uri::from_static("/dashboard"), &self.headers))
    }
}
