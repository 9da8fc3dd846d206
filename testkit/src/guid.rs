//! GUIDs for people and things.

use admit::Random;

/// A GUID that follows from a name, so that the same people have the same ids in every run.
pub(crate) fn guid_of(kind: &str, name: &str) -> String {
    // FNV-1a over the name, spread to 128 bits. Ids must differ and stay; nobody has to be unable to guess them.
    let hash = kind
        .bytes()
        .chain([0])
        .chain(name.bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let (high, low) = (crate::random::mix(hash), crate::random::mix(!hash));
    guid((u128::from(high) << 64) | u128::from(low))
}

/// A GUID that nobody has.
pub(crate) fn fresh(random: &dyn Random) -> String {
    let mut bits = [0; 16];
    random.fill(&mut bits);
    guid(u128::from_le_bytes(bits))
}

/// Writes 128 bits as a version 4 GUID.
pub(crate) fn guid(bits: u128) -> String {
    let bits = (bits & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    let mut out = String::with_capacity(36);
    for (place, digit) in hex.chars().enumerate() {
        if matches!(place, 8 | 12 | 16 | 20) {
            out.push('-');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_from_kind_and_name_and_are_version_4_guids() {
        assert_eq!(guid_of("person", "norma"), guid_of("person", "norma"));
        assert_ne!(guid_of("person", "norma"), guid_of("project", "norma"));
        let id = guid_of("person", "bo");
        assert_eq!((id.len(), &id[14..15]), (36, "4"));
        assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"), "{id}");
        assert_eq!(guid(0), "00000000-0000-4000-8000-000000000000");
    }
}
