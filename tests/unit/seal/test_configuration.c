/* EncryptionConfiguration: which rule a kind has, what is refused with which line, and that no line
 * shows a secret. */
#include "fixture.h"
#include "seal/mask.h"
#include <stdio.h>

#define TOP "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\n"
#define RESOURCES TOP "resources:\n"
#define SECRETS RESOURCES "- resources: [secrets]\n  providers:\n"
#define KEY "{name: k, secret: " KEY_BASE64 "}"
#define PROVIDERS "  providers: [{aesgcm: {keys: [" KEY "]}}]\n"

/* How people write it: block style, quotes, JSON, the name from before Kubernetes 1.13. */
START_TEST(test_shapes)
{
	static const char *const TEXTS[] = {
	    SECRETS "  - aesgcm:\n      keys:\n      - name: k\n        secret: " KEY_BASE64
	            "   # a comment\n",
	    SECRETS "  - aesgcm:\n      keys:\n      - secret: \"" KEY_BASE64 "\"\n        name: 'k'\n",
	    SECRETS "  - aesgcm:\n      keys:\n      - name: k\n        secret:\n          " KEY_BASE64
	            "\n",
	    SECRETS
	    "  - aesgcm:\n      keys:\n      - name: k\n        secret: |\n          " KEY_BASE64 "\n",
	    SECRETS "  - aesgcm:\n      keys:\n      - name: k\n        secret: &a " KEY_BASE64
	            "\n  - aescbc: {keys: [{name: k, secret: *a}]}\n",
	    SECRETS "  - aesgcm: {keys: [" KEY "]}\n    aescbc: null\n",
	    "{\"kind\":\"EncryptionConfiguration\",\"apiVersion\":\"apiserver.config.k8s.io/v1\","
	    "\"resources\":[{\"resources\":[\"secrets\"],\"providers\":[{\"aesgcm\":{\"keys\":[{"
	    "\"name\":"
	    "\"k\",\"secret\":\"" KEY_BASE64 "\"}]}}]}]}",
	    "kind: EncryptionConfig\napiVersion: v1\nresources:\n- resources: [secrets]\n" PROVIDERS,
	};
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
		korch_sealer *sealer = read_sealer(TEXTS[i]);
		korch_sealer *other = read_sealer(SECRETS "  - aesgcm: {keys: [" KEY "]}\n");
		korch_seal_value value = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
		bytes sealed = seal(sealer, &value);
		value.data = sealed.data;
		value.length = sealed.length;
		check_opens(other, &value, PLAIN);
		free(sealed.data);
		korch_sealer_free(sealer);
		korch_sealer_free(other);
	}
}
END_TEST

/* resource before *.group before *.*; one that is in several entries has all their keys. */
START_TEST(test_rules)
{
	korch_sealer *sealer = read_sealer(
	    RESOURCES "- resources: [configmaps]\n  providers: [{identity: {}}]\n"
	              "- resources: ['*.apps']\n" PROVIDERS "- resources: [secrets]\n" PROVIDERS
	              "- resources: [secrets]\n  providers: [{identity: {}}]\n"
	              "- resources: ['*.*']\n  providers: [{identity: {}}]\n");
	static const struct {
		const char *version, *kind;
		int covers;
	} rows[] = {{"v1", "ConfigMap", 0},
	            {"v1", "Secret", 1},
	            {"apps/v1", "Deployment", 1},
	            {"v1", "Pod", 0},
	            {"argoproj.io/v1alpha1", "Rollout", 0}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const korch_kind *kind = NULL;
		ck_assert_int_eq(korch_kind_get(&kind, rows[i].version, rows[i].kind, NULL), 0);
		ck_assert_int_eq(korch_sealer_covers(sealer, kind), rows[i].covers);
	}
	korch_seal_value plain = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
	check_opens(sealer, &plain, PLAIN);
	ck_assert_int_eq(korch_sealer_is_old(sealer, &plain, NULL), 1);
	korch_sealer_free(sealer);
	sealer = read_sealer(RESOURCES "- resources: ['*.']\n" PROVIDERS);
	const korch_kind *kind = NULL;
	ck_assert_int_eq(korch_kind_get(&kind, "events.k8s.io/v1", "Event", NULL), 0);
	ck_assert_int_eq(korch_sealer_covers(sealer, kind), 1);
	ck_assert_int_eq(korch_kind_get(&kind, "apps/v1", "Deployment", NULL), 0);
	ck_assert_int_eq(korch_sealer_covers(sealer, kind), 0);
	korch_sealer_free(sealer);
}
END_TEST

static const struct {
	const char *text, *line;
	int code;
} REFUSED[] = {
    {"", "enc.yaml:1: holds no EncryptionConfiguration", KORCH_E_INVALID},
    {"a: [", "enc.yaml:*", KORCH_E_PARSE},
    {"just text", "enc.yaml:1: must be an EncryptionConfiguration", KORCH_E_INVALID},
    {"kind: Secret\napiVersion: v1\n",
     "enc.yaml:1: kind: Unsupported value: \"Secret\": supported values: "
     "\"EncryptionConfiguration\", \"EncryptionConfig\"",
     KORCH_E_INVALID},
    {"kind: EncryptionConfiguration\napiVersion: v1\n",
     "enc.yaml:2: apiVersion: Unsupported value: \"v1\": supported values: "
     "\"apiserver.config.k8s.io/v1\"",
     KORCH_E_INVALID},
    {TOP, "enc.yaml:1: resources: Required value: at least one resources is required",
     KORCH_E_INVALID},
    {TOP "resorces: []\n", "enc.yaml:3: resorces: unknown field, did you mean resources?",
     KORCH_E_INVALID},
    {RESOURCES "- resources: []\n" PROVIDERS,
     "enc.yaml:4: resources?0?.resources: Required value: at least one resource is required",
     KORCH_E_INVALID},
    {RESOURCES "- resources: [secrets]\n",
     "enc.yaml:4: resources?0?.providers: Required value: at least one provider is required",
     KORCH_E_INVALID},
    {RESOURCES "- resources: [Secrets]\n" PROVIDERS,
     "enc.yaml:4: resources?0?.resources?0?: Invalid value: \"Secrets\": resource name should not "
     "contain capital letters",
     KORCH_E_INVALID},
    {RESOURCES "- resources: ['*']\n" PROVIDERS,
     "enc.yaml:4: *: Invalid value: \"?\": use \"*.\" for all resources of the core group, or "
     "\"*.*\" for all resources",
     KORCH_E_INVALID},
    {RESOURCES "- resources: [secrets.*]\n" PROVIDERS, "*across groups is not supported",
     KORCH_E_INVALID},
    {RESOURCES "- resources: [events.events.k8s.io]\n" PROVIDERS, "*use \"events\"",
     KORCH_E_INVALID},
    {RESOURCES "- resources: [jobs.extensions]\n" PROVIDERS, "*the group extensions was removed",
     KORCH_E_INVALID},
    {RESOURCES "- resources: [apiserveripinfo]\n" PROVIDERS, "*do not have REST API/s*",
     KORCH_E_INVALID},
    {RESOURCES "- resources: [secrets, secrets]\n" PROVIDERS,
     "enc.yaml:4: resources?0?.resources?1?: *cannot be specified multiple times", KORCH_E_INVALID},
    {RESOURCES "- resources: [secrets, '*.']\n" PROVIDERS, "*overlaps \"secrets\" in the same list",
     KORCH_E_INVALID},
    {RESOURCES "- resources: ['*.*']\n" PROVIDERS "- resources: [secrets]\n" PROVIDERS,
     "enc.yaml:6: *resource \"secrets\" is masked by an earlier rule \"?.?\"", KORCH_E_INVALID},
    {SECRETS "  - secretbox: {keys: [" KEY "]}\n",
     "enc.yaml:6: resources?0?.providers?0?.secretbox: secretbox is not supported: OpenSSL has no "
     "XSalsa20-Poly1305*",
     KORCH_E_UNSUPPORTED},
    {SECRETS "  - kms: {apiVersion: v2, name: a, endpoint: 'unix:///tmp/a.sock'}\n",
     "enc.yaml:6: resources?0?.providers?0?.kms: kms is not supported in a file: *",
     KORCH_E_UNSUPPORTED},
    {SECRETS "  - {}\n", "enc.yaml:6: resources?0?.providers?0?: Invalid value: must be one of*",
     KORCH_E_INVALID},
    {SECRETS "  - aesgcn: {keys: [" KEY "]}\n", "*unknown field, did you mean aesgcm?",
     KORCH_E_INVALID},
    {SECRETS "  - {identity: {}, aesgcm: {keys: [" KEY "]}}\n", "*more than one provider*",
     KORCH_E_INVALID},
    {SECRETS "  - aesgcm: {keys: []}\n", "*keys: Required value: at least one keys is required",
     KORCH_E_INVALID},
    {SECRETS "  - aesgcm: {keys: [{secret: " KEY_BASE64 "}]}\n",
     "*keys?0?.name: Required value: name is a mandatory field for a key", KORCH_E_INVALID},
    {SECRETS "  - aesgcm: {keys: [{name: k}]}\n",
     "*keys?0?.secret: Required value: secret is a mandatory field for a key", KORCH_E_INVALID},
    {SECRETS "  - aesgcm: {keys: [{name: k, secret: ''}]}\n", "*secret: Required value: *",
     KORCH_E_INVALID},
    {SECRETS "  - aesgcm:\n      keys:\n      - name: k\n        secret: U0VDUkVUU0VDUkVU\n",
     "enc.yaml:9: resources?0?.providers?0?.aesgcm.keys?0?.secret: Invalid value: \"REDACTED\": "
     "secret is not of the expected length, got 12, expected one of ?16 24 32?",
     KORCH_E_INVALID},
    {TOP "---\n" TOP, "*", KORCH_E_INVALID},
    {SECRETS "  - identity: {}\n---\n" SECRETS "  - identity: {}\n", "*a second document*",
     KORCH_E_INVALID},
    {SECRETS "  - identity: {}\n# korch:key:0\n", "enc.yaml: \"korch:key:\" cannot stand in it",
     KORCH_E_INVALID},
    /* Where a secret stands that does not belong there, no line may show it. */
    {SECRETS "  - aesgcm: {keys: [{name: k, secret: \"U0VDUkVU!U0VDUkVU\"}]}\n",
     "*secret: Invalid value: \"REDACTED\": secrets must be base64 encoded", KORCH_E_INVALID},
    {SECRETS "  - aesgcm: {keys: [{name: k, secret: [U0VDUkVU]}]}\n", "*secret: must be a text, *",
     KORCH_E_INVALID},
    {SECRETS "  - aesgcm: U0VDUkVU\n", "*must be a mapping, not a value of type string",
     KORCH_E_INVALID},
    {SECRETS "  - aesgcm: {keys: U0VDUkVU}\n", "*keys: must be a list, not a value of type string",
     KORCH_E_INVALID},
    {SECRETS "  - aesgcm: {keys: [U0VDUkVU]}\n", "*keys?0?: must be a mapping, not *",
     KORCH_E_INVALID},
    {SECRETS "  - aesgcm: {keys: [{U0VDUkVU: k}]}\n", "*keys?0?: unknown field", KORCH_E_INVALID},
    {SECRETS "  - aesgcm: {keys: [{name: \"secret:U0VDUkVU\"}]}\n", "*", KORCH_E_INVALID},
};

START_TEST(test_refused)
{
	korch_sealer *sealer = NULL;
	korch_error *error = NULL;
	int code =
	    korch_sealer_read(&sealer, REFUSED[_i].text, strlen(REFUSED[_i].text), "enc.yaml", &error);
	char *line = korch_error_format(error);
	ck_assert_msg(code == REFUSED[_i].code, "%d %s", code, line ? line : "");
	ck_assert_ptr_null(sealer);
	ck_assert_msg(is_like(line, REFUSED[_i].line), "%s", line);
	ck_assert_ptr_null(strchr(line, '\n'));
	ck_assert_ptr_null(strstr(line, "U0VDUkVU"));
	ck_assert_ptr_null(strstr(line, "SECRET"));
	ck_assert_ptr_null(strstr(line, "korch:key:0"));
	free(line);
	korch_error_free(error);
}
END_TEST

START_TEST(test_limits)
{
	korch_sealer *sealer = NULL;
	size_t n = KORCH_SEAL_CONFIGURATION_MAX + 1;
	char *text = malloc(n);
	memset(text, ' ', n);
	ck_assert_int_eq(korch_sealer_read(&sealer, text, n, NULL, NULL), KORCH_E_LIMIT);
	size_t length = (size_t)sprintf(text, "%s", SECRETS);
	for (size_t i = 0; i <= KORCH_SEAL_KEYS_MAX; i++)
		length += (size_t)sprintf(text + length, "  - aesgcm: {keys: [%s]}\n", KEY);
	ck_assert_int_eq(korch_sealer_read(&sealer, text, length, NULL, NULL), KORCH_E_INVALID);
	length = (size_t)sprintf(text, "%s  - aesgcm: {keys: [", SECRETS);
	for (size_t i = 0; i < KORCH_SEAL_KEYS_MAX; i++)
		length += (size_t)sprintf(text + length, "%s, ", KEY);
	length += (size_t)sprintf(text + length, "]}\n  - aesgcm: {keys: [%s]}\n", KEY);
	ck_assert_int_eq(korch_sealer_read(&sealer, text, length, NULL, NULL), KORCH_E_LIMIT);
	ck_assert_ptr_null(sealer);
	free(text);
}
END_TEST

/* The reader of YAML gets a text without the secrets. */
START_TEST(test_mask)
{
	static const char TEXT[] = "a:\n  secret: " KEY_BASE64 "\n  b: {\"secret\": \"QUJD\"}\n";
	korch__mask mask;
	ck_assert_int_eq(korch__mask_init(&mask, KORCH__SPAN(TEXT, sizeof(TEXT) - 1)), 0);
	ck_assert_str_eq(mask.text.data,
	                 "a:\n  secret: korch:key:0\n  b: {\"secret\": \"korch:key:1\"}\n");
	ck_assert_uint_eq(korch__mask_find(&mask, "korch:key:0").length, strlen(KEY_BASE64));
	ck_assert_uint_eq(korch__mask_find(&mask, "korch:key:1").length, 4);
	ck_assert_ptr_null(korch__mask_find(&mask, "korch:key:2").data);
	ck_assert_ptr_null(korch__mask_find(&mask, "korch:key:1x").data);
	ck_assert_ptr_null(korch__mask_find(&mask, "QUJD").data);
	korch__mask_fini(&mask);
}
END_TEST

START_TEST(test_file)
{
	static const char TEXT[] = SECRETS "  - aesgcm: {keys: [" KEY "]}\n";
	korch_sealer *sealer = NULL;
	korch_error *error = NULL;
	const char *path = write_file("enc.yaml", TEXT, strlen(TEXT));
	ck_assert_int_eq(korch_sealer_read_file(&sealer, path, NULL), 0);
	korch_sealer_free(sealer);
	sealer = NULL;
	ck_assert_int_eq(korch_sealer_read_file(&sealer, "/nonexistent/enc.yaml", &error),
	                 KORCH_E_NOT_FOUND);
	char *line = korch_error_format(error);
	ck_assert_str_eq(line, "/nonexistent/enc.yaml: cannot be read: No such file or directory");
	free(line);
	korch_error_free(error);
	ck_assert_int_eq(korch_sealer_read_file(&sealer, "/", NULL), KORCH_E_IO);
	ck_assert_ptr_null(sealer);
}
END_TEST

KORCH_SUITE(configuration)
{
	Suite *suite = suite_create("seal/configuration");
	TCase *refused = tcase_create("refused");
	tcase_add_loop_test(refused, test_refused, 0, (int)(sizeof(REFUSED) / sizeof(REFUSED[0])));
	suite_add_tcase(suite, refused);
	KORCH_CASE(suite, "read", test_shapes, test_rules, test_limits, test_mask, test_file);
	return suite;
}
