//! Textual encoding of keys and certificates (RFC 7468), as far as private keys and certificates need it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// What stands between a `BEGIN` and its `END`, decoded. It may be a private key.
pub(super) struct Block {
    pub(super) label: String,
    pub(super) der: Zeroizing<Vec<u8>>,
}

/// The blocks of a text, in their order; what stands around them is passed over. `None` for a block that has no end, or
/// that is no base64.
///
/// Line breaks may be spelt `\n`, as a text of several lines is in many an environment variable.
pub(super) fn blocks(text: &str) -> Option<Vec<Block>> {
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let (label, after) = after.split_once(DASHES)?;
        let (body, after) = after.split_once(&format!("{END}{label}{DASHES}"))?;
        blocks.push(Block { label: label.to_owned(), der: decode(body)? });
        rest = after;
    }
    Some(blocks)
}

/// Decodes the lines of a block. Headers before them, as encrypted keys of old have, are cut off with the empty line.
fn decode(body: &str) -> Option<Zeroizing<Vec<u8>>> {
    // Each step by itself, so that each copy is wiped.
    let body = Zeroizing::new(body.replace("\\r", ""));
    let body = Zeroizing::new(body.replace("\\n", "\n"));
    let body = Zeroizing::new(body.replace('\r', ""));
    let lines = match body.split_once("\n\n") {
        Some((head, lines)) if head.contains(':') => lines,
        _ => &body,
    };
    let letters: Zeroizing<String> = Zeroizing::new(lines.split_whitespace().collect());
    STANDARD.decode(letters.as_bytes()).ok().map(Zeroizing::new)
}

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Vec<(String, Vec<u8>)>> {
        Some(blocks(text)?.into_iter().map(|block| (block.label, block.der.to_vec())).collect())
    }

    #[test]
    fn every_block_is_read_however_its_lines_end() {
        let expected = Some(vec![("A KEY".to_owned(), b"hello".to_vec()), ("B".to_owned(), b"world".to_vec())]);
        let text = "Bag Attributes\n-----BEGIN A KEY-----\naGVs\nbG8=\n-----END A KEY-----\n-----BEGIN B-----\nd29ybGQ=\n-----END B-----\n";
        assert_eq!(read(text), expected);
        assert_eq!(read(&text.replace('\n', "\r\n")), expected);
        assert_eq!(read(&text.replace('\n', "\\n")), expected);
        assert_eq!(read(&text.replace('\n', "\\r\\n")), expected);
        assert_eq!(read(&text.replace('\n', " ")), expected);
    }

    #[test]
    fn headers_of_old_are_passed_over() {
        let text = "-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\naGVsbG8=\n-----END X-----";
        assert_eq!(read(text), Some(vec![("X".to_owned(), b"hello".to_vec())]));
    }

    #[test]
    fn what_is_cut_off_or_no_base64_is_not_read() {
        for text in [
            "-----BEGIN A",
            "-----BEGIN A-----\naGVsbG8=",
            "-----BEGIN A-----\naGVsbG8=\n-----END B-----",
            "-----BEGIN A-----\naGVsbG8\n-----END A-----",
            "-----BEGIN A-----\n*\n-----END A-----",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("no pem at all"), Some(vec![]));
    }
}
