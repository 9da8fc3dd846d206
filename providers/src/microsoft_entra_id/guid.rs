//! Identifiers of tenants and of people: GUIDs, the same whatever their case.

/// Whether a text is a GUID as Microsoft writes them: 8-4-4-4-12 hexadecimal digits.
pub(super) fn is_guid(text: &str) -> bool {
    let groups = text.split('-').map(str::len);
    groups.eq([8, 4, 4, 4, 12]) && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// The GUID in lower case, if it is one that belongs to somebody: all zeros belong to nobody.
pub(super) fn guid(text: &str) -> Option<String> {
    (is_guid(text) && text.bytes().any(|byte| !matches!(byte, b'0' | b'-'))).then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_has_five_groups_of_hexadecimal_digits_and_is_somebodys() {
        assert_eq!(
            guid("72F988BF-86f1-41af-91ab-2d7cd011db47").as_deref(),
            Some("72f988bf-86f1-41af-91ab-2d7cd011db47")
        );
        for wrong in [
            "",
            "common",
            "../x",
            "72f988bf86f141af91ab2d7cd011db47",
            "{72f988bf-86f1-41af-91ab-2d7cd011db47}",
            "72f988bf-86f1-41af-91ab-2d7cd011db4g",
            "72f988bf-86f1-41af-91ab-2d7cd011db47 ",
            "72f988bf-86f1-41af-91ab-2d7cd011db4",
            "72f988bf-86f141af-91ab-2d7cd011db47",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert_eq!(guid(wrong), None, "{wrong}");
        }
        // A personal account's begins with zeros.
        assert!(guid("00000000-0000-0000-66f3-3332eca7ea81").is_some());
    }
}
