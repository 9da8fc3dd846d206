//! By the clock: `cargo bench -p bench --bench session`.

use criterion::{Criterion, criterion_group, criterion_main};

fn session(criterion: &mut Criterion) {
    for operation in bench::session::operations() {
        criterion.bench_function(operation.name, |bencher| bencher.iter(|| operation.run()));
    }
}

criterion_group!(benches, session);
criterion_main!(benches);
