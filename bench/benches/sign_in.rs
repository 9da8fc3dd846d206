//! By the clock: `cargo bench -p bench --bench sign_in`.

use criterion::{Criterion, criterion_group, criterion_main};

fn sign_in(criterion: &mut Criterion) {
    for operation in bench::sign_in::operations() {
        criterion.bench_function(operation.name, |bencher| bencher.iter(|| operation.run()));
    }
}

criterion_group!(benches, sign_in);
criterion_main!(benches);
