extension LoadOptions {
    /// Reaches the server, learns from it what a mix needs, and fixes the run.
    func makePlan() throws(LoadError) -> LoadPlan {
        for file in report { try file.checkWritable() }
        let address = try ServerAddress.reach(url, timeout: timeout)
        let (workload, name) = try makeWorkload(address)
        let mode: LoadPlan.Mode =
            if let rate {
                .open(rate: rate, maxConnections: maxConnections ?? 512)
            } else {
                .closed(connections: connections ?? 64)
            }
        return LoadPlan(
            url: url, address: address, workload: workload, workloadName: name, mode: mode,
            loops: min(loops, connections ?? maxConnections ?? loops), duration: duration, warmup: warmup,
            timeout: timeout, seed: seed)
    }

    private func makeWorkload(_ address: ServerAddress) throws(LoadError) -> (WorkloadPlan, String) {
        if let path = path ?? (mix == nil ? url.path : nil) { return (.path(path), "GET \(path)") }
        let fetcher = Fetcher(address: address, url: url, timeout: timeout)
        let catalog = try Catalog.learn(from: fetcher)
        guard mix == .buy else { return (.browse(catalog), "browse mix") }
        guard !catalog.customerIds.isEmpty else {
            throw LoadError(
                "\(url.authority) has no orders to learn customers from; fill it, for example with vitrine-import generate"
            )
        }
        return (.buy(catalog), "buy mix")
    }
}
