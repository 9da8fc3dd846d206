//! Identifiers of Microsoft's: GUIDs, the same whatever their case.

/// The GUID in lower case, if it is one of somebody. All zeros are nobody's, and the one of Azure DevOps' anonymous user is
/// everybody's.
pub(crate) fn guid(text: &str) -> Option<String> {
    let is_guid = text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    let guid = text.to_ascii_lowercase();
    (is_guid && !NOBODY.contains(&guid.as_str())).then_some(guid)
}

const NOBODY: &[&str] = &["aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "00000000-0000-0000-0000-000000000000"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_id_is_none_and_case_says_nothing() {
        assert_eq!(guid("D6245F20-2AF8-44F4-9451-8107CB2767DB").unwrap(), "d6245f20-2af8-44f4-9451-8107cb2767db");
        for nobody in
            ["", "me", "AAAAAAAA-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "00000000-0000-0000-0000-000000000000", "d6245f202af8"]
        {
            assert_eq!(guid(nobody), None, "{nobody}");
        }
    }
}
