/* Where keys come from and where they go: files, variables, locked memory, nothing left behind. */
#include "fixture.h"
#include "seal/core.h"
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t KEY_BYTES[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};

static int make(korch_sealer **out, const korch_seal_key *key, char **line)
{
	korch_error *error = NULL;
	const korch_sealer_options options = {.size = sizeof(options), .keys = key, .n_keys = 1};
	int code = korch_sealer_new(out, &options, &error);
	*line = error ? korch_error_format(error) : NULL;
	korch_error_free(error);
	return code;
}

/* Bytes, hexadecimal digits, base64, with and without line end: all the same key. */
START_TEST(test_files)
{
	static const char *const TEXTS[] = {(const char *)KEY_BYTES, KEY_HEX "\n", KEY_BASE64 " \r\n"};
	static const size_t LENGTHS[] = {32, 65, 47};
	static const char *const ONE[] = {"k1=" KEY_HEX};
	korch_sealer *other = sealer_of(ONE, 1, NULL);
	for (size_t i = 0; i < 3; i++) {
		char name[] = "key0", *line = NULL;
		name[3] = (char)('0' + i);
		korch_sealer *sealer = NULL;
		const korch_seal_key key = {.name = "k1", .file = write_file(name, TEXTS[i], LENGTHS[i])};
		ck_assert_int_eq(make(&sealer, &key, &line), 0);
		ck_assert_uint_eq(korch_problems_count(korch_sealer_warnings(sealer)), 0);
		korch_seal_value value = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
		bytes sealed = seal(sealer, &value);
		value.data = sealed.data;
		value.length = sealed.length;
		check_opens(other, &value, PLAIN);
		free(sealed.data);
		korch_sealer_free(sealer);
	}
	korch_sealer_free(other);
}
END_TEST

START_TEST(test_bad_files)
{
	static const char SECRET[] = "U0VDUkVUU0VDUkVU";
	static char big[KORCH_SEAL_KEY_FILE_MAX + 1];
	korch_sealer *sealer = NULL;
	char *line = NULL;
	korch_seal_key key = {.name = "k1", .file = write_file("bad", SECRET, strlen(SECRET))};
	ck_assert_int_eq(make(&sealer, &key, &line), KORCH_E_INVALID);
	ck_assert_msg(is_like(line,
	                      "*key \"k1\"*/bad: holds 16 bytes that are no key: must be 32 bytes, "
	                      "or 64 hexadecimal digits or base64 of 32 bytes"),
	              "%s", line);
	ck_assert_ptr_null(strstr(line, SECRET));
	free(line);
	key.file = write_file("big", big, sizeof(big));
	ck_assert_int_eq(make(&sealer, &key, &line), KORCH_E_LIMIT);
	free(line);
	key.file = write_file("empty", "", 0);
	ck_assert_int_eq(make(&sealer, &key, &line), KORCH_E_INVALID);
	free(line);
	key.file = "/nonexistent/key";
	ck_assert_int_eq(make(&sealer, &key, &line), KORCH_E_NOT_FOUND);
	ck_assert_msg(is_like(line, "*key \"k1\"*/nonexistent/key: cannot be read: No such file or "
	                            "directory"),
	              "%s", line);
	free(line);
	ck_assert_ptr_null(sealer);
}
END_TEST

START_TEST(test_file_mode)
{
	korch_sealer *sealer = NULL;
	char *line = NULL;
	const korch_seal_key key = {.name = "k1", .file = write_file("key", KEY_BYTES, 32)};
	ck_assert_int_eq(chmod(key.file, 0644), 0);
	ck_assert_int_eq(make(&sealer, &key, &line), 0);
	const korch_problems *warnings = korch_sealer_warnings(sealer);
	ck_assert_uint_eq(korch_problems_count(warnings), 1);
	char *text = korch_problem_format(korch_problems_at(warnings, 0));
	ck_assert_msg(is_like(text, "*/key: the key's file has mode 0644, others may reach it*"), "%s",
	              text);
	free(text);
	korch_sealer_free(sealer);
}
END_TEST

START_TEST(test_environment)
{
	korch_sealer *sealer = NULL;
	char *line = NULL;
	const korch_seal_key key = {.name = "k1", .environment = "KORCH_TEST_KEY"};
	unsetenv("KORCH_TEST_KEY");
	ck_assert_int_eq(make(&sealer, &key, &line), KORCH_E_NOT_FOUND);
	ck_assert_str_eq(line, "key \"k1\": environment variable KORCH_TEST_KEY is not set");
	free(line);
	setenv("KORCH_TEST_KEY", "U0VDUkVU", 1);
	ck_assert_int_eq(make(&sealer, &key, &line), KORCH_E_INVALID);
	ck_assert_msg(is_like(line, "*KORCH_TEST_KEY: holds 8 bytes that are no key*"), "%s", line);
	ck_assert_ptr_null(strstr(line, "U0VDUkVU"));
	ck_assert_str_eq(getenv("KORCH_TEST_KEY"), "U0VDUkVU"); /* a failure changes nothing */
	free(line);
	setenv("KORCH_TEST_KEY", KEY_BASE64, 1);
	char *place = getenv("KORCH_TEST_KEY");
	ck_assert_int_eq(make(&sealer, &key, &line), 0);
	for (size_t i = 0; i < strlen(KEY_BASE64); i++)
		ck_assert_int_eq(place[i], 0);
	korch_sealer_free(sealer);
}
END_TEST

START_TEST(test_options)
{
	static const korch_seal_key KEYS[] = {
	    {.name = "k1"},
	    {.name = "k1", .file = "a", .environment = "b"},
	    {.name = "", .file = "a"},
	    {.name = NULL, .file = "a"},
	    {.name = "a:b", .file = "a"},
	    {.name = "0123456789012345678901234567890123456789012345678901234567890123", .file = "a"},
	};
	korch_sealer *sealer = NULL;
	char *line = NULL;
	for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++) {
		ck_assert_int_eq(make(&sealer, &KEYS[i], &line), KORCH_E_INVALID);
		ck_assert(strstr(line, "k") != NULL);
		free(line);
	}
	const char *resources[] = {"Secrets"};
	const korch_seal_key key = {.name = "k1", .file = "/nonexistent"};
	korch_sealer_options options = {.size = sizeof(options),
	                                .keys = &key,
	                                .n_keys = 1,
	                                .resources = resources,
	                                .n_resources = 1};
	ck_assert_int_eq(korch_sealer_new(&sealer, &options, NULL), KORCH_E_INVALID);
	options.n_keys = 0;
	ck_assert_int_eq(korch_sealer_new(&sealer, &options, NULL), KORCH_E_INVALID);
	options.n_keys = KORCH_SEAL_KEYS_MAX;
	ck_assert_int_eq(korch_sealer_new(&sealer,
	                                  &(korch_sealer_options){.size = sizeof(options), .n_keys = 1},
	                                  NULL),
	                 KORCH_E_INVALID);
	options.size = 8;
	ck_assert_int_eq(korch_sealer_new(&sealer, &options, NULL), KORCH_E_INVALID);
	ck_assert_int_eq(korch_sealer_new(&sealer, NULL, NULL), KORCH_E_INVALID);
	ck_assert_ptr_null(sealer);
}
END_TEST

static size_t n_watched, n_not_zero;

static void watch(const uint8_t *data, size_t size)
{
	n_watched++;
	for (size_t i = 0; i < size; i++)
		n_not_zero += data[i] != 0;
}

/* Whatever lay in a vault is zero when its pages are given back. */
START_TEST(test_cleansed)
{
	static const char TEXT[] =
	    "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"
	    "- resources: [secrets]\n  providers:\n  - aesgcm: {keys: [{name: k, secret: " KEY_BASE64
	    "}]}\n";
	korch_sealer *sealer = NULL;
	korch__vault_watch = watch;
	ck_assert_int_eq(
	    korch_sealer_read_file(&sealer, write_file("enc.yaml", TEXT, strlen(TEXT)), NULL), 0);
	ck_assert_uint_eq(n_watched, 1); /* the text of the file */
	korch_sealer_free(sealer);
	ck_assert_uint_eq(n_watched, 2);
	ck_assert_uint_eq(n_not_zero, 0);
	korch__vault_watch = NULL;
}
END_TEST

/*
 * The process's own memory, as a core dump would have it: the key is in it once, in pages that are
 * locked and not dumped, and after the sealer is gone, nowhere.
 */
typedef struct places {
	size_t n, n_kept_out;
} places;

/* Byte i of the key that is looked for is 37 i + 11: no copy of it may stand in this program. */
#define ODD_KEY "CzBVep/E6Q4zWH2ix+wRNluApcrvFDleg6jN8hc8YYY="

static int is_key(const uint8_t *at)
{
	for (unsigned i = 0; i < 20; i++)
		if (at[i] != (uint8_t)(37 * i + 11))
			return 0;
	return 1;
}

static void look(places *out, unsigned long from, unsigned long to, int kept_out, int memory)
{
	size_t size = to - from;
	uint8_t *copy = malloc(size);
	if (pread(memory, copy, size, (off_t)from) == (ssize_t)size) {
		for (size_t i = 0; i + 20 <= size; i++) {
			if (is_key(copy + i)) {
				out->n++;
				out->n_kept_out += kept_out != 0;
			}
		}
	}
	explicit_bzero(copy, size);
	free(copy);
}

/* Walks /proc/self/smaps: each mapping with its flags ("dd": not dumped, "lo": locked). */
static places find_key(void)
{
	places out = {0};
	char line[512];
	unsigned long from = 0, to = 0, next_from, next_to;
	char rights[8] = "";
	FILE *maps = fopen("/proc/self/smaps", "r");
	int memory = open("/proc/self/mem", O_RDONLY);
	ck_assert(maps != NULL && memory >= 0);
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %7s", &next_from, &next_to, rights) == 3) {
			from = next_from;
			to = next_to;
		} else if (strncmp(line, "VmFlags:", 8) == 0 && rights[0] == 'r' && rights[1] == 'w' &&
		           to - from < (64ul << 20)) {
			look(&out, from, to, strstr(line, " dd") && strstr(line, " lo"), memory);
		}
	}
	fclose(maps);
	close(memory);
	return out;
}

START_TEST(test_memory_of_process)
{
	static const char TEXT[] =
	    "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n"
	    "- resources: [secrets]\n  providers:\n  - aesgcm: {keys: [{name: k, secret: " ODD_KEY
	    "}]}\n";
	ck_assert_uint_eq(find_key().n, 0);
	korch_sealer *sealer = read_sealer(TEXT);
	places found = find_key();
	ck_assert_uint_eq(found.n, 1);
	if (korch_problems_count(korch_sealer_warnings(sealer)) == 0)
		ck_assert_uint_eq(found.n_kept_out, 1);
	korch_seal_value value = value_of(&korch_secret_kind, "db", PLAIN, strlen(PLAIN));
	bytes sealed = seal(sealer, &value);
	value.data = sealed.data;
	value.length = sealed.length;
	check_opens(sealer, &value, PLAIN);
	ck_assert_uint_eq(find_key().n, 1); /* OpenSSL left none */
	free(sealed.data);
	korch_sealer_free(sealer);
	ck_assert_uint_eq(find_key().n, 0);
}
END_TEST

/* Where memory may not be locked there is a warning and a sealer. */
START_TEST(test_not_locked)
{
	static const char *const ONE[] = {"k1=" KEY_HEX};
	const struct rlimit none = {0, 0};
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &none), 0);
	if (geteuid() == 0) /* this process is the test's own */
		ck_assert_int_eq(setuid(65534), 0);
	korch_sealer *sealer = sealer_of(ONE, 1, NULL);
	const korch_problems *warnings = korch_sealer_warnings(sealer);
	ck_assert_uint_eq(korch_problems_count(warnings), 1);
	ck_assert_msg(is_like(korch_problems_at(warnings, 0)->message,
	                      "keys are not locked in memory and may be written to swap: *"),
	              "%s", korch_problems_at(warnings, 0)->message);
	ck_assert_int_eq(korch_problems_at(warnings, 0)->severity, KORCH_SEVERITY_WARNING);
	korch_sealer_free(sealer);
}
END_TEST

START_TEST(test_harden)
{
	struct rlimit limit = {1, 1};
	ck_assert_int_eq(korch_process_harden(NULL), 0);
	ck_assert_int_eq(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
	ck_assert_int_eq(getrlimit(RLIMIT_CORE, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, 0);
	ck_assert_uint_eq(limit.rlim_max, 0);
}
END_TEST

KORCH_SUITE(secret)
{
	Suite *suite = suite_create("seal/secret");
	KORCH_CASE(suite, "sources", test_files, test_bad_files, test_file_mode, test_environment,
	           test_options);
	KORCH_CASE(suite, "memory", test_cleansed, test_memory_of_process, test_not_locked,
	           test_harden);
	return suite;
}
