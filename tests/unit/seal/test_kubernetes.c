/* Values as an API server writes them: format, binding, order of keys, keys of an object in etcd.
 */
#include "fixture.h"
#include "seal/kubernetes.h"

#define HEAD                                                                                       \
	"apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"          \
	"- resources: [secrets]\n  providers:\n"
#define GCM(name, secret) "  - aesgcm: {keys: [{name: " name ", secret: " secret "}]}\n"
#define CBC(name, secret) "  - aescbc: {keys: [{name: " name ", secret: " secret "}]}\n"
#define IDENTITY "  - identity: {}\n"

/* Made with another implementation (python-cryptography) by the rules of
 * k8s.io/apiserver/pkg/storage/value/encrypt/aes: nonce 100, 101 …, /registry/secrets/default/db.
 */
#define VALUE_GCM                                                                                  \
	"6465666768696a6b6c6d6e6f3339b50f178d74a41c313a8ba8001edf3f5183f93bf0b31fc0365b78fc4e478a34"
#define VALUE_CBC                                                                                  \
	"000102030405060708090a0b0c0d0e0f1e99f42a87db9ef8ab2a289efc82058d9b6df3c3b806157e27663d659124" \
	"bb7a"

START_TEST(test_known_gcm)
{
	korch_sealer *sealer = read_sealer(HEAD GCM("key1", KEY_BASE64));
	bytes sealed = from_hex("k8s:enc:aesgcm:v1:key1:", VALUE_GCM);
	korch_seal_value value = value_of(&korch_secret_kind, "db", sealed.data, sealed.length);
	check_opens(sealer, &value, PLAIN);
	value.store = "/registry/";
	check_opens(sealer, &value, PLAIN);
	value.store = "/other";
	check_fails(sealer, &value, KORCH_E_INVALID, "secrets default/db: key \"key1\" does not open*");
	value.store = NULL;
	value.key.name = "dc";
	check_fails(sealer, &value, KORCH_E_INVALID, "secrets default/dc: key \"key1\" does not open*");
	free(sealed.data);
	korch_sealer_free(sealer);
}
END_TEST

START_TEST(test_known_cbc)
{
	korch_sealer *sealer = read_sealer(HEAD CBC("key1", KEY_BASE64));
	bytes sealed = from_hex("k8s:enc:aescbc:v1:key1:", VALUE_CBC);
	korch_seal_value value = value_of(&korch_secret_kind, "db", sealed.data, sealed.length);
	check_opens(sealer, &value, PLAIN);
	sealed.data[sealed.length - 1] ^= 1;
	check_fails(sealer, &value, KORCH_E_INVALID, "*key \"key1\" does not open it: it was changed");
	free(sealed.data);
	korch_sealer_free(sealer);
}
END_TEST

/* Layout of what is written: prefix, nonce or vector, text, tag or padding. */
START_TEST(test_layout)
{
	static const struct {
		const char *text, *prefix;
		size_t more;
	} rows[] = {
	    {HEAD GCM("a-1", "AAECAwQFBgcICQoLDA0ODw=="), "k8s:enc:aesgcm:v1:a-1:", 28},
	    {HEAD GCM("a", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"), "k8s:enc:aesgcm:v1:a:", 28},
	    {HEAD GCM("'a:b'", KEY_BASE64), "k8s:enc:aesgcm:v1:a:b:", 28},
	    {HEAD CBC("a", KEY_BASE64), "k8s:enc:aescbc:v1:a:", 31},
	    {HEAD IDENTITY, "", 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		korch_sealer *sealer = read_sealer(rows[i].text);
		korch_seal_value value = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
		ck_assert_int_eq(korch_sealer_covers(sealer, &korch_secret_kind), rows[i].more > 0);
		bytes sealed = seal(sealer, &value);
		size_t n = strlen(rows[i].prefix);
		ck_assert_uint_eq(sealed.length, n + strlen(PLAIN) + rows[i].more);
		ck_assert_mem_eq(sealed.data, rows[i].prefix, n);
		value.data = sealed.data;
		value.length = sealed.length;
		check_opens(sealer, &value, PLAIN);
		free(sealed.data);
		korch_sealer_free(sealer);
	}
}
END_TEST

/* The first key of the first provider seals; the others open and make old. */
START_TEST(test_order)
{
	korch_sealer *sealer = read_sealer(HEAD GCM("key2", KEY2_BASE64) GCM("key1", KEY_BASE64)
	                                       CBC("key1", KEY_BASE64) IDENTITY);
	bytes gcm = from_hex("k8s:enc:aesgcm:v1:key1:", VALUE_GCM);
	bytes cbc = from_hex("k8s:enc:aescbc:v1:key1:", VALUE_CBC), out = {0};
	const bytes stored[] = {gcm, cbc, {(char *)(uintptr_t)PLAIN, strlen(PLAIN)}};
	for (size_t i = 0; i < 3; i++) {
		korch_seal_value value =
		    value_of(&korch_secret_kind, "db", stored[i].data, stored[i].length);
		check_opens(sealer, &value, PLAIN);
		ck_assert_int_eq(korch_sealer_is_old(sealer, &value, NULL), 1);
		ck_assert_int_eq(korch_sealer_rewrap(&out.data, &out.length, sealer, &value, NULL), 0);
		ck_assert_mem_eq(out.data, "k8s:enc:aesgcm:v1:key2:", 23);
		value.data = out.data;
		value.length = out.length;
		ck_assert_int_eq(korch_sealer_is_old(sealer, &value, NULL), 0);
		check_opens(sealer, &value, PLAIN);
		free(out.data);
	}
	free(gcm.data);
	free(cbc.data);
	korch_sealer_free(sealer);
}
END_TEST

/* Two providers with keys of one name: an API server tries both, so whether a value is old shows
 * only when it is opened. */
START_TEST(test_same_name)
{
	korch_sealer *sealer = read_sealer(HEAD GCM("key1", KEY2_BASE64) GCM("key1", KEY_BASE64));
	bytes old = from_hex("k8s:enc:aesgcm:v1:key1:", VALUE_GCM);
	korch_seal_value value = value_of(&korch_secret_kind, "db", old.data, old.length);
	check_opens(sealer, &value, PLAIN);
	ck_assert_int_eq(korch_sealer_is_old(sealer, &value, NULL), 1);
	korch_seal_value plain = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
	bytes fresh = seal(sealer, &plain);
	value.data = fresh.data;
	value.length = fresh.length;
	ck_assert_int_eq(korch_sealer_is_old(sealer, &value, NULL), 0);
	value.key.name = "dc"; /* none opens it: the first one's error */
	check_fails(sealer, &value, KORCH_E_INVALID, "secrets default/dc: key \"key1\" does not open*");
	ck_assert_int_eq(korch_sealer_is_old(sealer, &value, NULL), KORCH_E_INVALID);
	free(old.data);
	free(fresh.data);
	korch_sealer_free(sealer);
}
END_TEST

START_TEST(test_identity)
{
	korch_sealer *sealer = read_sealer(HEAD IDENTITY GCM("key1", KEY_BASE64));
	bytes sealed = from_hex("k8s:enc:aesgcm:v1:key1:", VALUE_GCM);
	korch_seal_value value = value_of(&korch_secret_kind, "db", sealed.data, sealed.length);
	check_opens(sealer, &value, PLAIN); /* on the way back to plain text */
	ck_assert_int_eq(korch_sealer_is_old(sealer, &value, NULL), 1);
	/* A kind without an entry is plain, and a sealed value of it is an error. */
	value.key.kind = &korch_config_map_kind;
	check_fails(sealer, &value, KORCH_E_NOT_FOUND,
	            "configmaps default/db: is sealed under \"k8s:enc:aesgcm:v1:key1:\"*");
	/* One that seals without identity refuses plain text. */
	korch_sealer *strict = read_sealer(HEAD GCM("key1", KEY_BASE64));
	korch_seal_value plain = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
	check_fails(strict, &plain, KORCH_E_INVALID, "*is stored in plain text*");
	free(sealed.data);
	korch_sealer_free(sealer);
	korch_sealer_free(strict);
}
END_TEST

START_TEST(test_paths)
{
	static const struct {
		const char *version, *kind, *namespace_, *wanted;
	} rows[] = {
	    {"v1", "Secret", "default", "/registry/secrets/default/x"},
	    {"v1", "Service", "default", "/registry/services/specs/default/x"},
	    {"v1", "Endpoints", "default", "/registry/services/endpoints/default/x"},
	    {"v1", "Node", "", "/registry/minions/x"},
	    {"v1", "ReplicationController", "a", "/registry/controllers/a/x"},
	    {"networking.k8s.io/v1", "Ingress", "a", "/registry/ingress/a/x"},
	    {"apps/v1", "Deployment", "a", "/registry/deployments/a/x"},
	    {"coordination.k8s.io/v1", "Lease", "a", "/registry/leases/a/x"},
	    {"argoproj.io/v1alpha1", "Rollout", "a", "/registry/argoproj.io/rollouts/a/x"},
	    {"example.com/v1", "Widget", "a", "/registry/example.com/widgets/a/x"},
	    {"widgets.k8s.io/v1", "Widget", "a", "/registry/widgets.k8s.io/widgets/a/x"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const korch_kind *kind = NULL;
		ck_assert_int_eq(korch_kind_get(&kind, rows[i].version, rows[i].kind, NULL), 0);
		const korch_seal_value value = {.key = {kind, rows[i].namespace_, "x"}};
		korch_buf buf = {0};
		korch__kubernetes_path(&buf, &value);
		ck_assert_str_eq(buf.data, rows[i].wanted);
		korch__buf_fini(&buf);
	}
}
END_TEST

KORCH_SUITE(kubernetes)
{
	Suite *suite = suite_create("seal/kubernetes");
	KORCH_CASE(suite, "values", test_known_gcm, test_known_cbc, test_layout, test_order,
	           test_same_name, test_identity, test_paths);
	return suite;
}
