//! By the clock: `cargo bench -p bench --bench id_token`.

use criterion::{Criterion, criterion_group, criterion_main};

fn id_token(criterion: &mut Criterion) {
    for operation in bench::id_token::operations() {
        criterion.bench_function(operation.name, |bencher| bencher.iter(|| operation.run()));
    }
}

criterion_group!(benches, id_token);
criterion_main!(benches);
