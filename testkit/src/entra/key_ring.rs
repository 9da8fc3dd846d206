//! The keys that it signs with: some for organisations, some for personal accounts, and one that signs nothing yet.
//!
//! A published key says whose tokens it signs, by a member `issuer` that only Microsoft has. Nothing says by which
//! algorithm.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::authority::{Authority, TEMPLATE};
use super::{CONSUMERS, Config};
use crate::keys::SigningKey;
use crate::signed::set;

pub(super) struct KeyRing {
    turn: usize,
    /// The newest first.
    work: Vec<Key>,
    personal: Vec<Key>,
    spare: Key,
}

pub(super) struct Key {
    pub(super) signing: SigningKey,
    certificate: &'static [u8],
}

impl Key {
    fn new((pkcs8, certificate): (&[u8], &'static [u8])) -> Self {
        let thumbprint = digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate);
        Self { signing: SigningKey::rs256(pkcs8, URL_SAFE_NO_PAD.encode(thumbprint)), certificate }
    }

    fn jwk(&self, issuer: &str) -> Value {
        let mut members = Map::new();
        set(&mut members, &self.signing.jwk());
        let certificate = STANDARD.encode(self.certificate);
        set(&mut members, &json!({ "alg": null, "x5t": self.signing.kid, "x5c": [certificate], "issuer": issuer }));
        Value::Object(members)
    }
}

impl KeyRing {
    pub(super) fn new() -> Self {
        let (work, personal) = pairs(1);
        Self { turn: 1, work: vec![Key::new(work)], personal: vec![Key::new(personal)], spare: Key::new(SPARE) }
    }

    pub(super) fn rotate(&mut self, overlap: bool) {
        self.turn += 1;
        if !overlap {
            self.work.clear();
            self.personal.clear();
        }
        let (work, personal) = pairs(self.turn);
        self.work.insert(0, Key::new(work));
        self.personal.insert(0, Key::new(personal));
    }

    /// The key that signs for that tenant.
    pub(super) fn of(&self, tenant: &str) -> &Key {
        let keys = if tenant == CONSUMERS { &self.personal } else { &self.work };
        keys.first().unwrap_or(&self.spare)
    }

    /// The key that signs for everybody but that tenant's kind.
    pub(super) fn of_the_others(&self, tenant: &str) -> &Key {
        self.of(if tenant == CONSUMERS { "" } else { CONSUMERS })
    }

    /// What an authority publishes: at `common` all keys, elsewhere those of its kind.
    pub(super) fn document(&self, authority: &Authority, config: &Config) -> Value {
        let personal = self.personal.iter().map(|key| key.jwk(&config.issuer(CONSUMERS)));
        let issuer = match authority {
            Authority::Tenant(id) => config.issuer(id),
            _ => config.issuer(TEMPLATE),
        };
        let work = self.work.iter().chain([&self.spare]).map(|key| key.jwk(&issuer));
        let keys: Vec<_> = match authority {
            Authority::Common => work.chain(personal).collect(),
            Authority::Consumers => personal.collect(),
            Authority::Organizations | Authority::Tenant(_) => work.collect(),
        };
        json!({ "keys": keys })
    }
}

type Pair = (&'static [u8], &'static [u8]);

/// There are three for organisations and two for personal accounts, one after the other, for ever.
fn pairs(turn: usize) -> (Pair, Pair) {
    let work = match turn % 3 {
        1 => WORK_1,
        2 => WORK_2,
        _ => WORK_3,
    };
    (work, if turn % 2 == 1 { PERSONAL_1 } else { PERSONAL_2 })
}

const WORK_1: Pair = (include_bytes!("keys/work1.der"), include_bytes!("keys/work1.cer"));
const WORK_2: Pair = (include_bytes!("keys/work2.der"), include_bytes!("keys/work2.cer"));
const WORK_3: Pair = (include_bytes!("keys/work3.der"), include_bytes!("keys/work3.cer"));
const PERSONAL_1: Pair = (include_bytes!("keys/personal1.der"), include_bytes!("keys/personal1.cer"));
const PERSONAL_2: Pair = (include_bytes!("keys/personal2.der"), include_bytes!("keys/personal2.cer"));
const SPARE: Pair = (include_bytes!("keys/spare.der"), include_bytes!("keys/spare.cer"));
