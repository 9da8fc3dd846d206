//! The secrets, codes and tokens that are good at present, and the rules by which they die.
//!
//! 1. A code works once, for 15 minutes, and only with the redirect URI it was issued to.
//! 2. A refresh token works once; the next one comes with the answer.
//! 3. What was given out for a client secret dies with that secret.
//! 4. Where families are revoked, a refresh token that comes a second time ends all that descends from its consent.

use std::collections::HashMap;
use std::time::Duration;

use admit::Timestamp;

/// What a person has agreed to.
#[derive(Clone, Debug)]
pub(super) struct Consent {
    pub(super) login: String,
    pub(super) scopes: Vec<String>,
    pub(super) redirect_uri: String,
    /// Shared by all tokens that descend from one consent.
    pub(super) family: u64,
}

/// A client secret that works, by its place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SecretId(usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretState {
    Valid,
    Expired,
    Revoked,
}

/// Why a secret or a grant is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    UnknownSecret,
    ExpiredSecret,
    InvalidCode,
    InvalidRefreshToken,
    /// It worked once, and its family died of it.
    SpentRefreshToken,
}

pub(super) struct Grants {
    secrets: Vec<(String, SecretState)>,
    codes: HashMap<String, (Consent, Timestamp)>,
    refresh_tokens: HashMap<String, (Consent, SecretId)>,
    access_tokens: HashMap<String, (Consent, SecretId, Timestamp)>,
    families: u64,
    /// The families of refresh tokens that were used. Kept only where families are revoked.
    spent: Option<HashMap<String, u64>>,
    pub(super) reuses: usize,
    /// How often somebody's refresh token was replaced, by their login.
    pub(super) rotations: HashMap<String, usize>,
}

impl Grants {
    pub(super) fn new(secrets: &[String], revokes_families: bool) -> Self {
        Self {
            secrets: secrets.iter().map(|secret| (secret.clone(), SecretState::Valid)).collect(),
            codes: HashMap::new(),
            refresh_tokens: HashMap::new(),
            access_tokens: HashMap::new(),
            families: 0,
            spent: revokes_families.then(HashMap::new),
            reuses: 0,
            rotations: HashMap::new(),
        }
    }

    pub(super) fn add_secret(&mut self, secret: &str) {
        self.secrets.push((secret.to_owned(), SecretState::Valid));
    }

    pub(super) fn end_secret(&mut self, secret: &str, state: SecretState) {
        for (known, current) in &mut self.secrets {
            if known == secret {
                *current = state;
            }
        }
    }

    /// One that works: what an application can be told to use.
    pub(super) fn valid_secret(&self) -> Option<&str> {
        let (text, _) = self.secrets.iter().find(|(_, state)| *state == SecretState::Valid)?;
        Some(text)
    }

    pub(super) fn secret(&self, presented: &str) -> Result<SecretId, Refusal> {
        // The last of that text counts, so that a secret which was ended can be added again.
        let found = self.secrets.iter().enumerate().rev().find(|(_, (known, _))| known == presented);
        match found.map(|(place, (_, state))| (SecretId(place), *state)) {
            Some((id, SecretState::Valid)) => Ok(id),
            Some((_, SecretState::Expired)) => Err(Refusal::ExpiredSecret),
            Some((_, SecretState::Revoked)) | None => Err(Refusal::UnknownSecret),
        }
    }

    pub(super) fn put_code(&mut self, code: String, mut consent: Consent, now: Timestamp) {
        self.families += 1;
        consent.family = self.families;
        self.codes.retain(|_, (_, until)| *until > now);
        self.codes.insert(code, (consent, now + CODE_LIFETIME));
    }

    /// Takes a code. It is gone afterwards, whether it was good or not.
    pub(super) fn take_code(&mut self, code: &str, redirect_uri: &str, now: Timestamp) -> Result<Consent, Refusal> {
        match self.codes.remove(code) {
            Some((consent, until)) if until > now && consent.redirect_uri == redirect_uri => Ok(consent),
            _ => Err(Refusal::InvalidCode),
        }
    }

    /// Takes a refresh token. One presented with another redirect URI is refused and stays good.
    pub(super) fn take_refresh_token(&mut self, token: &str, redirect_uri: &str) -> Result<Consent, Refusal> {
        if let Some(family) = self.spent.as_ref().and_then(|spent| spent.get(token).copied()) {
            self.reuses += 1;
            self.refresh_tokens.retain(|_, (consent, _)| consent.family != family);
            self.access_tokens.retain(|_, (consent, _, _)| consent.family != family);
            return Err(Refusal::SpentRefreshToken);
        }
        let secrets = &self.secrets;
        match self.refresh_tokens.get(token) {
            Some((consent, secret)) if consent.redirect_uri == redirect_uri && is_valid(secrets, *secret) => {}
            _ => return Err(Refusal::InvalidRefreshToken),
        }
        let (consent, _) = self.refresh_tokens.remove(token).ok_or(Refusal::InvalidRefreshToken)?;
        *self.rotations.entry(consent.login.clone()).or_default() += 1;
        if let Some(spent) = &mut self.spent {
            spent.insert(token.to_owned(), consent.family);
        }
        Ok(consent)
    }

    pub(super) fn put_tokens(
        &mut self,
        (access_token, until): (String, Timestamp),
        refresh_token: String,
        consent: &Consent,
        secret: SecretId,
        now: Timestamp,
    ) {
        self.access_tokens.retain(|_, (_, _, until)| *until > now);
        self.access_tokens.insert(access_token, (consent.clone(), secret, until));
        self.refresh_tokens.insert(refresh_token, (consent.clone(), secret));
    }

    /// What an access token stands for, if it is good.
    pub(super) fn bearer(&self, token: &str, now: Timestamp) -> Option<&Consent> {
        let (consent, secret, until) = self.access_tokens.get(token)?;
        (*until > now && is_valid(&self.secrets, *secret)).then_some(consent)
    }

    pub(super) fn forget_person(&mut self, login: &str) {
        self.codes.retain(|_, (consent, _)| consent.login != login);
        self.refresh_tokens.retain(|_, (consent, _)| consent.login != login);
        self.access_tokens.retain(|_, (consent, _, _)| consent.login != login);
    }
}

fn is_valid(secrets: &[(String, SecretState)], id: SecretId) -> bool {
    secrets.get(id.0).is_some_and(|(_, state)| *state == SecretState::Valid)
}

pub(super) const CODE_LIFETIME: Duration = Duration::from_secs(15 * 60);
