//! Between which providers the move goes, and of which tenant's people.

use admit_migration::AzureMove;
use clap::Args;

#[derive(Clone, Debug, Args)]
pub(super) struct Between {
    /// The id under which Azure DevOps stands in the application
    #[arg(long, default_value = "azure-devops", value_name = "ID")]
    from: String,
    /// The id under which Microsoft Entra ID stands in the application
    #[arg(long, default_value = "microsoft-entra-id", value_name = "ID")]
    to: String,
}

impl Between {
    /// The stages are the application's, which no command knows.
    pub(super) fn azure_move(&self) -> AzureMove {
        AzureMove::new().between(self.from.clone(), self.to.clone())
    }
}

/// The GUID of a tenant, in small letters.
pub(super) fn tenant(text: &str) -> Result<String, &'static str> {
    let text = text.trim().to_ascii_lowercase();
    let lengths: Vec<_> = text.split('-').map(str::len).collect();
    match lengths == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()) {
        true => Ok(text),
        false => Err("a tenant is told by its GUID, as the column tenant of `plan --list` and of `report` has it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_a_guid_and_no_name() {
        let guid = "7a394543-62fd-4274-a7d2-8fac775942b6";
        assert_eq!(tenant(&format!(" {}", guid.to_uppercase())).as_deref(), Ok(guid));
        for text in ["", "fabrikam.example", "7a39454362fd4274a7d28fac775942b6", "7a394543-62fd-4274-a7d2-8fac775942bg"]
        {
            assert!(tenant(text).is_err(), "{text}");
        }
    }
}
