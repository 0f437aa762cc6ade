//! Files that are found everywhere, recognised by their hashes.
//!
//! Feeds list them by mistake, after a failed download or an empty answer from a server. Every log with hashes is full of them.

use std::sync::LazyLock;

use crate::indicator::FileHash;

/// Returns true if such a file has this hash.
pub(super) fn is_well_known(hash: &FileHash) -> bool {
    static SORTED: LazyLock<Vec<FileHash>> = LazyLock::new(|| {
        let parsed = WELL_KNOWN.iter().flat_map(|(_, hashes)| hashes.split_ascii_whitespace());
        let mut sorted: Vec<FileHash> = parsed.map(|hash| hash.parse().expect("a hash of the table")).collect();
        sorted.sort_unstable();
        sorted
    });
    // Some feeds write zeros for a missing hash.
    SORTED.binary_search(hash).is_ok() || hash.as_bytes().iter().all(|&byte| byte == 0)
}

/// The content of each file, and its MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512 hashes.
#[rustfmt::skip]
const WELL_KNOWN: &[(&str, &str)] = &[
    ("the empty file", "\
        d41d8cd98f00b204e9800998ecf8427e \
        da39a3ee5e6b4b0d3255bfef95601890afd80709 \
        d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f \
        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 \
        38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b \
        cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"),
    ("a line feed", "\
        68b329da9893e34099c7d8ad5cb9c940 \
        adc83b19e793491b1c6ea0fd8b46cd9f32e592fc \
        48837a787f07673545d9c610bcbcd8d46a2691a71966d856c197e69e \
        01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b \
        ec664e889ed6c1b2763cacf7899d95b7f347373eb982e523419feea3aa362d891b3bf025f292267a5854049091789c3e \
        be688838ca8686e5c90689bf2ab585cef1137c999b48c70b92f67a5c34dc15697b5d11c982ed6d71be1e1e7f7b4e0733884aa97c3f7a339a8ed03577cf74be09"),
    ("a line end of Windows", "\
        81051bcc2cf1bedf378224b0a93e2877 \
        ba8ab5a0280b953aa97435ff8946cbcbb2755a27 \
        4406cc01278da04ed5d6a2a854080f9ba5d1f556824935ab99354267 \
        7eb70257593da06f682a3ddda54a9d260d4fc514f645237f5ca74b08f8da61a6 \
        0bd50b6b7f23d583a01ad114c0541547bd663e0626c1b3a0efa86032b721564d031f6b35a8c0f76560c2328df636e723 \
        1b302a2f1e624a5fb5ad94ddc4e5f8bfd74d26fa37512d0e5face303d8c40eee0d0ffa3649f5da43f439914d128166cb6c4774a7caa3b174d7535451eb697b5d"),
    ("a zero byte", "\
        93b885adfe0da089cdf634904fd59f71 \
        5ba93c9db0cff93f52b521d7420e43f6eda2784f \
        fff9292b4201617bdc4d3053fce02734166a683d7d858a7f5f59b073 \
        6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d \
        bec021b4f368e3069134e012c2b4307083d3a9bdd206e24e5f0d86e13d6636655933ec2b413465966817a9c208a11717 \
        b8244d028981d693af7b456af8efa4cad63d282e19ff14942c246e50d9351d22704a802a71c3580b6370de4ceb293c324a8423342557d4e5c38438f0e36910ee"),
    ("a blank", "\
        7215ee9c7d9dc229d2921a40e899ec5f \
        b858cb282617fb0956d960215c8e84d1ccf909c6 \
        ca17734c016e36b898af29c1aeb142e774abf4b70bac55ec98a27ba8 \
        36a9e7f1c95b82ffb99743e0c5c4ce95d83c9a430aac59f84ef3cbfab6145068 \
        588016eb10045dd85834d67d187d6b97858f38c58c690320c4a64e0c2f92eebd9f1bd74de256e8268815905159449566 \
        f90ddd77e400dfe6a3fcf479b00b1ee29e7015c5bb8cd70f5f15b4886cc339275ff553fc8a053f8ddc7324f45168cffaf81f8c3ac93996f6536eef38e5e40768"),
    ("`0`", "\
        cfcd208495d565ef66e7dff9f98764da \
        b6589fc6ab0dc82cf12099d1c2d40ab994e8410c \
        dfd5f9139a820075df69d7895015360b76d0360f3d4b77a845689614 \
        5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9 \
        5f91550edb03f0bb8917da57f0f8818976f5da971307b7ee4886bb951c4891a1f16f840dae8f655aa5df718884ebc15b \
        31bca02094eb78126a517b206a88c73cfa9ec6f704c7030d18212cace820f025f00bf0ea68dbf3f3a5436ca63b53bf7bf80ad8d5de7d8359d0b7fed9dbc3ab99"),
    ("`1`", "\
        c4ca4238a0b923820dcc509a6f75849b \
        356a192b7913b04c54574d18c28d46e6395428ab \
        e25388fde8290dc286a6164fa2d97e551b53498dcbf7bc378eb1f178 \
        6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b \
        47f05d367b0c32e438fb63e6cf4a5f35c2aa2f90dc7543f8a41a0f95ce8a40a313ab5cf36134a2068c4c969cb50db776 \
        4dff4ea340f0a823f15d3f4f01ab62eae0e5da579ccb851f8db9dfe84c58b2b37b89903a740e1ee172da793a6e79d560e5f7f9bd058a12a280433ed6fa46510a"),
    ("`{}`", "\
        99914b932bd37a50b983c5e7c90ae93b \
        bf21a9e8fbc5a3846fb05b4fa0859e0917b2202f \
        5cdd15a873608087be07a41b7f1a04e96d3a66fe7a9b0faac71f8d05 \
        44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a \
        d2a23bc783e3aa38f401e13c7488505137c4954a7fd88331f1597c5ff71111dc807c7370a5b282c6da541c56ede69f30 \
        27c74670adb75075fad058d5ceaf7b20c4e7786c83bae8a32f626f9782af34c9a33c2046ef60fd2a7878d378e29fec851806bbd9a67878f3a9f1cda4830763fd"),
    ("`[]`", "\
        d751713988987e9331980363e24189ce \
        97d170e1550eee4afc0af065b78cda302a97674c \
        23f497f643e37257c3f7e54f049d8829c41103bb29bf8c0ba0d1df0a \
        4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945 \
        562109b054cb4428fc53607b107c0acdf91de434b990a0295f516ef2aad79efc902238944e76d42f21bcf710bfa4c554 \
        b25b294cb4deb69ea00a4c3cf3113904801b6015e5956bd019a8570b1fe1d6040e944ef3cdee16d0a46503ca6e659a25f21cf9ceddc13f352a3c98138c15d6af"),
    ("`null`", "\
        37a6259cc0c1dae299a7866489dff0bd \
        2be88ca4242c76e8253ac62474851065032d6833 \
        a7408a8b23aff882d8b95165eb24c3a6b519468539eb2b3072f529cb \
        74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b \
        dbfcd0052a030664b0d73921cb85d3dc6b300f453095ecb454ae39bd92132db7844ad7a53069fe72e3b8e66d5a103aa3 \
        04f8ff2682604862e405bf88de102ed7710ac45c1205957625e4ee3e5f5a2241e453614acc451345b91bafc88f38804019c7492444595674e94e8cf4be53817f"),
    ("`true`", "\
        b326b5062b2f0e69046810717534cb09 \
        5ffe533b830f08a0326348a9160afafc8ada44db \
        6aedcf1f4f9595467c7483d7f5c216be2e7027d76c03e8eac4a2c32d \
        b5bea41b6c623f7c09f1bf24dcae58ebab3c0cdd90ad966bc43a45b44867e12b \
        f2b40fcce9088bd92bacc099e215fd6ed11dc85464bdf25e7646db94a2938d72cd08fa6d85ca426e5db73f6979dbdcde \
        9120cd5faef07a08e971ff024a3fcbea1e3a6b44142a6d82ca28c6c42e4f852595bcf53d81d776f10541045abdb7c37950629415d0dc66c8d86c64a5606d32de"),
    ("`false`", "\
        68934a3e9455fa72420237eb05902327 \
        7cb6efb98ba5972a9b5090dc2e517fe14d12cb04 \
        21827f4456688f14e4988e9aa32383f07107f1501f46086776e78e2e \
        fcbcf165908dd18a9e49f7ff27810176db8e9f63b4352213741664245224f8aa \
        39f1d176b1175d2880d1c9eca4baff6e07acdc4329cb078964307bc1f8b88f89839df15b15c69a00ff35cec97cbc6722 \
        719fa67eef49c4b2a2b83f0c62bddd88c106aaadb7e21ae057c8802b700e36f81fe3f144812d8b05d66dc663d908b25645e153262cf6d457aa34e684af9e328d"),
    ("`ok`", "\
        444bcb3a3fcf8389296c49467f27e1d6 \
        7a85f4764bbd6daf1c3545efbbf0f279a6dc0beb \
        05c2e2fa42d48e0ff1af0586e3033a9e31bc8930f90a1cc2e4029a2b \
        2689367b205c16ce32ed4200942b8b8b1e262dfc70d9bc9fbc77c49699a4f1df \
        c46639fb648bcbbb15cd6a5146d218b539a52bc7de16ad3b5528b58b102d4688b91ee15e4762f3fb9ae8c520a08ba9b5 \
        9fbbbb5a0f329f9782e2356fa41d89cf9b3694327c1a934d6af2a9df2d7f936ce83717fb513196a4ce5548471708cd7134c2ae99b3c357bcabb2eafc7b9b7570"),
    ("`OK`", "\
        e0aa021e21dddbd6d8cecec71e9cf564 \
        9ce3bd4224c8c1780db56b4125ecf3f24bf748b7 \
        63ba4dfb7efc69f34dc7c1694180beb0a14c8d237dba1b3d821c1b6b \
        565339bc4d33d72817b583024112eb7f5cdf3e5eef0252d6ec1b9c9a94e12bb3 \
        bc454596876713514ff2378ddac388c99ba19381f5560fbc114b61ba496bd4dff19ad83dd526bd98367d8333a5e7ac3e \
        900110c951560eff857b440e89cc29f529416e0e3b3d7f0ad51651bfdbd8025b91768c5ed7db5352d1a5523354ce06ced2c42047e33a3e958a1bba5f742db874"),
    ("an image of one transparent dot", "\
        a5098c60b3b0c879a2c7af6c68b7b53f \
        939f40be7f1aaf623f62886de4aaba3886df9b65 \
        7dffb98831b7a08ef54c0caf9d31f3e1964fb49945aad62f474e5d65 \
        693d949d8c3fdc7fd4ace7c340b5f177a9f0c5be7bafee8bc93a7d88b7523d75 \
        ba8e90952a5ab4e896a7fbfbff157d688a5c5c67568f71a7feb6a8df712fa97eb8d01193bd12f0c4142b6d226c6a822e \
        8d1a90658546dba33fe007a0f4f0fd706e94feddab3d60c727faace9f8bcd1ac2bcbaf0cbb00501d7abdb9dcb68e8e23f23ce5b59e2f3058a3a0237a30631a1e"),
    ("an image of one transparent dot, as others write it", "\
        325472601571f31e1bf00674c368d335 \
        2daeaa8b5f19f0bc209d976c02bd6acb51b00b0a \
        6d637a1a3bcca5969cae7806dcf41e100008afdb540ceb2a2a4dd277 \
        b1442e85b03bdcaf66dc58c7abb98745dd2687d86350be9a298a1d9382ac849b \
        1635f7ab0a53fa44ae738dbc81deda15c8a106f20da078c7dd0ea940a0289810060936fb5961d17d941825e62ea4d5ff \
        717ea0ff7f3f624c268eccb244e24ec1305ab21557abb3d6f1a7e183ff68a2d28f13d1d2af926c9ef6d1fb16dd8cbe34cd98cacf79091dddc7874dcee21ecfdc"),
    ("the page of a fresh server", "\
        5388f60d7695cb57b87c799ee62d20b2 \
        0192ba11326fe2298c8cb4de616f4d4140213838 \
        67b77e01803a3aa12c59422a90dd39507e9493e72220a4b52fd33964 \
        f2dcc96deec8bca2facba9ad0db55c89f3c4937cd6d2d28e5c4869216ffa81cf \
        c0ccb34119746898e6417db2676cf26186f129315873bd8c164a2cb8fa1a7da20162541032e60155c78a226cc36b3ae6 \
        e20a362f33ca3797995a701606b8a67fb05cee1b7c4939a05ff064bf6eda0eca8ef4657740c4277e0c1f3eaf02c2fdcbbbf008194c0cdbb54a4838b1f5cba675"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_what_it_says() {
        for (what, hashes) in WELL_KNOWN {
            let algorithms: Vec<&str> =
                hashes.split_ascii_whitespace().map(|hash| hash.parse::<FileHash>().unwrap().algorithm()).collect();
            assert_eq!(algorithms, ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"], "{what}");
        }
        let is = |hash: &str| is_well_known(&hash.parse().unwrap());
        assert!(is("d41d8cd98f00b204e9800998ecf8427e"));
        assert!(is("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"));
        assert!(is("00000000000000000000000000000000") && !is("00000000000000000000000000000001"));
    }
}
