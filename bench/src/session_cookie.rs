//! Reading a session cookie through admit, and with nothing but the crates it stands on.

mod bare;

use std::hint::black_box;
use std::rc::Rc;

use admit::internals::SessionCookie;
use admit::{Secret, SystemRandom, Timestamp};

use crate::Operation;
use bare::BareKey;

/// Opening, opening without admit, sealing, and deriving the keys.
pub fn operations() -> Vec<Operation> {
    let secrets = [Secret::new(SECRET)];
    let keys = Rc::new(SessionCookie::derive(&secrets, COOKIE));
    let token: Rc<str> = keys.seal(CLAIMS.as_bytes(), &SystemRandom).into();
    let bare = BareKey::derive(SECRET, COOKIE);
    let now = Timestamp::from_unix_seconds(1_795_300_000);

    let by_admit = keys.open(&token, now).expect("admit opens its own token");
    let by_bare = bare.open(&token).expect("so do the bare crates");
    assert_eq!(by_admit.subject.as_deref(), Some(by_bare.sub.as_str()));

    vec![
        Operation::new("session_cookie/open", {
            let (keys, token) = (Rc::clone(&keys), Rc::clone(&token));
            move || keys.open(black_box(&token), now)
        }),
        Operation::new("session_cookie/open_bare", move || bare.open(black_box(&token))),
        Operation::new("session_cookie/seal", move || keys.seal(black_box(CLAIMS.as_bytes()), &SystemRandom)),
        Operation::new("session_cookie/derive", move || SessionCookie::derive(black_box(&secrets), COOKIE)),
    ]
}

const SECRET: &str = "a secret of the benchmarks, 33 bytes or more";
const COOKIE: &str = "__Secure-authjs.session-token";

/// A sign-in's claims, and admit's own.
const CLAIMS: &str = concat!(
    r#"{"name":"Ada Lovelace","email":"ada@example.com","picture":"https://avatars.example.com/u/1815?v=4","#,
    r#""sub":"3a98ec25-4ddd-4c12-9bd6-a22a6eaf277f","admit":{"sid":"65r-ziep3dx9It_Wn1SecTrIJ-GDPOCdsLjOhm1zAms","#,
    r#""started_at":1795294864},"iat":1795294864,"exp":4948894864,"jti":"b3b4f587-2a7d-431d-9bf7-ea9e856e63c9"}"#,
);
