//! Whom evidence names in Entra ID.

use super::EntraPerson;
use crate::{AzureEvidence, Origin};

impl AzureEvidence {
    /// The person in Entra ID, if it was said who that is.
    pub fn home(&self) -> Option<EntraPerson> {
        let (Some(object), Some(tenant)) = (&self.origin_id, &self.home_tenant) else { return None };
        let person = EntraPerson::new(tenant, object);
        (self.origin == Origin::EntraId && person.is_somebody()).then_some(person)
    }

    /// The home tenant, as it was said or as the legacy descriptor has it; else the one that was exported, if it is one.
    pub fn tenant(&self) -> Option<String> {
        let told = self.home_tenant.as_deref().map(str::to_ascii_lowercase);
        told.or_else(|| self.user_name().map(|(tenant, _)| tenant)).or_else(|| self.exported_tenant())
    }

    fn exported_tenant(&self) -> Option<String> {
        let mut tenants =
            self.exported_persons().map(|person| person.tenant_id).filter(|_| self.origin != Origin::Personal);
        let first = tenants.next()?;
        tenants.all(|other| other == first).then_some(first)
    }

    pub(crate) fn exported_persons(&self) -> impl Iterator<Item = EntraPerson> {
        let exported = self.exported.iter().map(|known| EntraPerson::new(&known.tenant_id, &known.object_id));
        exported.filter(EntraPerson::is_somebody)
    }

    /// All that it names.
    pub(crate) fn persons(&self) -> impl Iterator<Item = EntraPerson> {
        self.home().into_iter().chain(self.exported_persons())
    }

    /// Whether it names two people in one tenant. One of them is wrong, and nobody can tell which.
    pub(crate) fn names_two(&self) -> bool {
        let persons: Vec<_> = self.persons().collect();
        let apart = |a: &EntraPerson, b: &EntraPerson| a.tenant_id == b.tenant_id && a != b;
        persons.iter().any(|a| persons.iter().any(|b| apart(a, b)))
    }
}
