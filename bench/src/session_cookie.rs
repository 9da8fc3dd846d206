//! Reading a session cookie through admit, and with nothing but the crates it stands on.

use std::hint::black_box;
use std::rc::Rc;

use admit::internals::SessionCookie;
use admit::{Secret, SystemRandom, Timestamp};

use crate::Operation;
use crate::bare::BareKey;

/// Opening, opening without admit, sealing, and deriving the keys.
pub fn operations() -> Vec<Operation> {
    let secrets = [Secret::new(SECRET)];
    let keys = Rc::new(SessionCookie::derive(&secrets, COOKIE));
    let now = Timestamp::from_unix_seconds(1_795_300_000);
    let claims = claims(now);
    let token: Rc<str> = keys.seal(claims.as_bytes(), &SystemRandom).into();
    let bare = BareKey::derive(SECRET, COOKIE);

    let by_admit = keys.open(&token, now).expect("admit opens its own token");
    let by_bare = bare.open(&token).expect("so do the bare crates");
    assert_eq!(by_admit.subject.as_deref(), Some(by_bare.sub.as_str()));

    vec![
        Operation::new("session_cookie/open", {
            let (keys, token) = (Rc::clone(&keys), Rc::clone(&token));
            move || keys.open(black_box(&token), now)
        }),
        Operation::new("session_cookie/open_bare", move || bare.open(black_box(&token))),
        Operation::new("session_cookie/seal", move || keys.seal(black_box(claims.as_bytes()), &SystemRandom)),
        Operation::new("session_cookie/derive", move || SessionCookie::derive(black_box(&secrets), COOKIE)),
    ]
}

pub(crate) const SECRET: &str = "a secret of the benchmarks, 33 bytes or more";
pub(crate) const COOKIE: &str = "__Secure-authjs.session-token";

/// The claims of a session that began at that instant, and admit's own among them.
pub(crate) fn claims(began: Timestamp) -> String {
    let (seconds, millis) = (began.unix_seconds(), began.unix_millis());
    let until = seconds + 30 * 86_400;
    format!(
        concat!(
            r#"{{"name":"Ada Lovelace","email":"ada@example.com","picture":"https://avatars.example.com/u/1815?v=4","#,
            r#""sub":"3a98ec25-4ddd-4c12-9bd6-a22a6eaf277f","#,
            r#""admit":{{"sid":"65r-ziep3dx9It_Wn1SecTrIJ-GDPOCdsLjOhm1zAms","started_at":{millis}}},"#,
            r#""iat":{seconds},"exp":{until},"jti":"b3b4f587-2a7d-431d-9bf7-ea9e856e63c9"}}"#,
        ),
        millis = millis,
        seconds = seconds,
        until = until,
    )
}
