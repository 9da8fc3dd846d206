//! By the clock: `cargo bench -p bench --bench oidc`.

use criterion::{Criterion, criterion_group, criterion_main};

fn oidc(criterion: &mut Criterion) {
    for operation in bench::oidc::operations() {
        criterion.bench_function(operation.name, |bencher| bencher.iter(|| operation.run()));
    }
}

criterion_group!(benches, oidc);
criterion_main!(benches);
