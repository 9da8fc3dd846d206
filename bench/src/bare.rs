//! The least that a session in a cookie takes: one key that is kept, one layout, claims that are known beforehand, and
//! none of the guards, callbacks and choices that admit has.

use admit::{Clock, Random, SystemClock, SystemRandom};
use aws_lc_rs::cipher::{
    AES_256, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::{hkdf, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Response};
use serde::{Deserialize, Serialize};

pub(crate) struct BareKey {
    name: String,
    header: String,
    mac: hmac::Key,
    decrypting: PaddedBlockDecryptingKey,
    encrypting: PaddedBlockEncryptingKey,
}

/// The claims, and nothing that is not among them.
#[derive(Deserialize, Serialize)]
pub(crate) struct Claims {
    name: Option<String>,
    email: Option<String>,
    picture: Option<String>,
    pub(crate) sub: String,
    admit: Private,
    iat: i64,
    exp: i64,
    jti: String,
}

#[derive(Deserialize, Serialize)]
struct Private {
    sid: String,
    started_at: i64,
}

impl BareKey {
    pub(crate) fn derive(secret: &str, cookie_name: &str) -> Self {
        struct Length;
        impl hkdf::KeyType for Length {
            fn len(&self) -> usize {
                64
            }
        }
        let mut key = [0; 64];
        hkdf::Salt::new(hkdf::HKDF_SHA256, cookie_name.as_bytes())
            .extract(secret.as_bytes())
            .expand(&[format!("Auth.js Generated Encryption Key ({cookie_name})").as_bytes()], Length)
            .and_then(|output| output.fill(&mut key))
            .expect("64 bytes can be had");
        let (mac, cipher) = key.split_at(32);
        let cipher = || UnboundCipherKey::new(&AES_256, cipher);
        Self {
            name: cookie_name.to_owned(),
            header: URL_SAFE_NO_PAD
                .encode(format!(r#"{{"alg":"dir","enc":"A256CBC-HS512","kid":"{}"}}"#, "k".repeat(86))),
            mac: hmac::Key::new(hmac::HMAC_SHA512, mac),
            decrypting: cipher().and_then(PaddedBlockDecryptingKey::cbc_pkcs7).expect("32 bytes are a key"),
            encrypting: cipher().and_then(PaddedBlockEncryptingKey::cbc_pkcs7).expect("32 bytes are a key"),
        }
    }

    pub(crate) fn open(&self, token: &str) -> Option<Claims> {
        let (header, rest) = token.split_once("..")?;
        let mut parts = rest.split('.');
        let mut iv = [0; 16];
        let mut tag = [0; 32];
        URL_SAFE_NO_PAD.decode_slice(parts.next()?, &mut iv).ok()?;
        let mut text = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
        URL_SAFE_NO_PAD.decode_slice(parts.next()?, &mut tag).ok()?;

        verify_slices_are_equal(self.tag(header, &iv, &text).as_ref().get(..32)?, &tag).ok()?;
        let plain = self.decrypting.decrypt(&mut text, DecryptionContext::Iv128(iv.into())).ok()?;
        serde_json::from_slice(plain).ok()
    }

    /// The session a request carries.
    pub(crate) fn session(&self, headers: &HeaderMap) -> Option<Claims> {
        let cookies = headers.get(COOKIE)?.to_str().ok()?;
        let (_, token) =
            cookies.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == self.name)?;
        self.open(token).filter(|claims| claims.exp > SystemClock.now().unix_seconds())
    }

    /// Shows the session and seals it anew.
    pub(crate) fn get_session(&self, headers: &HeaderMap) -> Option<Response<Bytes>> {
        let mut claims = self.session(headers)?;
        let now = SystemClock.now().unix_seconds();
        claims.iat = now;
        claims.exp = now + 30 * 86_400;
        let mut id = [0; 16];
        SystemRandom.fill(&mut id);
        claims.jti = URL_SAFE_NO_PAD.encode(id);
        let token = self.seal(&serde_json::to_vec(&claims).ok()?)?;

        let expires = chrono::DateTime::from_timestamp(claims.exp, 0)?;
        let shown = Shown {
            user: ShownUser { name: claims.name, email: claims.email, image: claims.picture },
            expires: expires.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        };
        let mut answer = Response::new(Bytes::from(serde_json::to_vec(&shown).ok()?));
        let until = httpdate::fmt_http_date(expires.into());
        let cookie = format!("{}={token}; Path=/; Expires={until}; HttpOnly; Secure; SameSite=Lax", self.name);
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache, no-store"));
        answer.headers_mut().insert(SET_COOKIE, HeaderValue::try_from(cookie).ok()?);
        Some(answer)
    }

    /// Seals a session that begins now. The person's fields are `name`, `email`, `picture` and `sub`.
    pub(crate) fn begin_session(&self, [name, email, picture, sub]: [String; 4]) -> Option<String> {
        let now = SystemClock.now();
        let mut ids = [0; 32];
        SystemRandom.fill(&mut ids);
        let (sid, jti) = ids.split_at(16);
        let claims = Claims {
            name: Some(name),
            email: Some(email),
            picture: Some(picture),
            sub,
            admit: Private { sid: URL_SAFE_NO_PAD.encode(sid), started_at: now.unix_millis() },
            iat: now.unix_seconds(),
            exp: now.unix_seconds() + 30 * 86_400,
            jti: URL_SAFE_NO_PAD.encode(jti),
        };
        self.seal(&serde_json::to_vec(&claims).ok()?)
    }

    fn seal(&self, claims: &[u8]) -> Option<String> {
        let mut iv = [0; 16];
        SystemRandom.fill(&mut iv);
        let mut text = claims.to_vec();
        self.encrypting.less_safe_encrypt(&mut text, EncryptionContext::Iv128(iv.into())).ok()?;
        let tag = self.tag(&self.header, &iv, &text);
        let [iv, text, tag] = [&iv[..], &text, tag.as_ref().get(..32)?].map(|part| URL_SAFE_NO_PAD.encode(part));
        Some(format!("{}..{iv}.{text}.{tag}", self.header))
    }

    fn tag(&self, header: &str, iv: &[u8], text: &[u8]) -> hmac::Tag {
        let mut mac = hmac::Context::with_key(&self.mac);
        mac.update(header.as_bytes());
        mac.update(iv);
        mac.update(text);
        mac.update(&(header.len() as u64 * 8).to_be_bytes());
        mac.sign()
    }
}

#[derive(Serialize)]
struct Shown {
    user: ShownUser,
    expires: String,
}

#[derive(Serialize)]
struct ShownUser {
    name: Option<String>,
    email: Option<String>,
    image: Option<String>,
}
