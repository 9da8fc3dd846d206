//! By the clock: `cargo bench -p bench --bench access_token`.

use criterion::{Criterion, criterion_group, criterion_main};

fn access_token(criterion: &mut Criterion) {
    for operation in bench::access_token::operations() {
        criterion.bench_function(operation.name, |bencher| bencher.iter(|| operation.run()));
    }
}

criterion_group!(benches, access_token);
criterion_main!(benches);
