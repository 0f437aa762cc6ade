//! Links Vectorscan or Hyperscan (Debian's `libvectorscan-dev` or `libhyperscan-dev`) if it is installed.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(vectorscan)");
    println!("cargo::rerun-if-changed=build.rs");
    let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/local/lib"];
    let found = folders.iter().find(|folder| std::path::Path::new(folder).join("libhs.so").exists());
    match found {
        Some(folder) => {
            println!("cargo::rustc-link-search=native={folder}");
            println!("cargo::rustc-link-lib=dylib=hs");
            println!("cargo::rustc-cfg=vectorscan");
        }
        None => println!("cargo::warning=no libhs.so: Vectorscan is left out (see benches/peers/install)"),
    }
}
