//! A session as one string, so that reading one is one question with one answer.
//!
//! ```text
//! 0   the form of what follows: 1
//! 1   version, 8 bytes
//! 9   created_at in milliseconds, 8 bytes
//! 17  expires_at in milliseconds, 8 bytes
//! 25  length of the user, 4 bytes
//! 29  the user, then the sealed data
//! ```
//!
//! Numbers have their highest byte first. The scripts compare and overwrite them as bytes: a number of theirs is a
//! double, which cannot hold all of 64 bits.

use admit::Timestamp;
use admit::store::{SessionKey, SessionRecord};

/// `None` if a user's name is too long for the form.
pub(super) fn pack(record: &SessionRecord) -> Option<Vec<u8>> {
    let length = u32::try_from(record.user.len()).ok()?;
    let mut packed = Vec::with_capacity(USER + record.user.len() + record.data.len());
    packed.push(FORM);
    packed.extend(number(record.version));
    packed.extend(instant(record.created_at));
    packed.extend(instant(record.expires_at));
    packed.extend(length.to_be_bytes());
    packed.extend(record.user.as_bytes());
    packed.extend(&record.data);
    Some(packed)
}

/// `None` if it is none of ours.
pub(super) fn unpack(key: SessionKey, packed: &[u8]) -> Option<SessionRecord> {
    let (&[form], rest) = packed.split_first_chunk()?;
    let (version, rest) = rest.split_first_chunk()?;
    let (created_at, rest) = rest.split_first_chunk()?;
    let (expires_at, rest) = rest.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (user, data) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    (form == FORM).then_some(())?;
    Some(SessionRecord {
        key,
        user: str::from_utf8(user).ok()?.to_owned(),
        data: data.to_vec(),
        created_at: Timestamp::from_unix_millis(i64::from_be_bytes(*created_at)),
        expires_at: Timestamp::from_unix_millis(i64::from_be_bytes(*expires_at)),
        version: u64::from_be_bytes(*version),
    })
}

pub(super) fn number(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

pub(super) fn instant(at: Timestamp) -> [u8; 8] {
    at.unix_millis().to_be_bytes()
}

const FORM: u8 = 1;
/// Where the user begins.
const USER: usize = 29;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_comes_back_at_the_edges_of_every_number() {
        for (version, instant) in [(0, 0), (u64::MAX, i64::MAX), ((1 << 53) + 1, i64::MIN)] {
            let at = Timestamp::from_unix_millis(instant);
            let record = SessionRecord {
                key: SessionKey([7; 32]),
                user: "zoë".to_owned(),
                data: vec![0, 255],
                created_at: at,
                expires_at: at,
                version,
            };
            let packed = pack(&record).expect("a short name");
            assert_eq!(unpack(record.key, &packed), Some(record.clone()));
            for cut in 0..packed.len() - record.data.len() {
                assert_eq!(unpack(record.key, packed.get(..cut).expect("a part")), None, "cut at {cut}");
            }
        }
    }

    #[test]
    fn another_form_is_not_taken_for_ours() {
        let record = SessionRecord {
            key: SessionKey([7; 32]),
            user: String::new(),
            data: Vec::new(),
            created_at: Timestamp::from_unix_millis(0),
            expires_at: Timestamp::from_unix_millis(0),
            version: 1,
        };
        let mut packed = pack(&record).expect("a short name");
        packed.splice(..1, [2]);
        assert_eq!(unpack(record.key, &packed), None);
    }
}
