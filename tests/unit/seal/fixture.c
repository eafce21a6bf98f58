/* Sealers and values for the tests of lib/seal. */
#include "fixture.h"
#include <fnmatch.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

bytes from_hex(const char *head, const char *hex)
{
	size_t n_head = strlen(head), n = strlen(hex) / 2;
	bytes out = {malloc(n_head + n + 1), n_head + n};
	memcpy(out.data, head, n_head);
	for (size_t i = 0; i < n; i++) {
		unsigned byte = 0;
		ck_assert_int_eq(sscanf(hex + 2 * i, "%2x", &byte), 1);
		out.data[n_head + i] = (char)byte;
	}
	return out;
}

korch_seal_value value_of(const korch_kind *kind, const char *name, const void *data, size_t length)
{
	return (korch_seal_value){
	    .store = "store-1", .key = {kind, "default", name}, .data = data, .length = length};
}

korch_sealer *sealer_of(const char *const *keys, size_t n, const korch_sealer_options *more)
{
	korch_sealer *sealer = NULL;
	korch_error *error = NULL;
	korch_seal_key list[4] = {0};
	char names[4][64];
	korch_sealer_options options = more ? *more : (korch_sealer_options){0};
	ck_assert_uint_le(n, 4);
	for (size_t i = 0; i < n; i++) {
		const char *hex = strchr(keys[i], '=') + 1;
		snprintf(names[i], sizeof(names[i]), "%.*s", (int)(hex - 1 - keys[i]), keys[i]);
		char variable[32];
		snprintf(variable, sizeof(variable), "KORCH_TEST_KEY_%zu", i);
		ck_assert_int_eq(setenv(variable, hex, 1), 0);
		static char kept[4][32];
		snprintf(kept[i], sizeof(kept[i]), "%s", variable);
		list[i] = (korch_seal_key){.name = names[i], .environment = kept[i]};
	}
	options.size = sizeof(options);
	options.keys = list;
	options.n_keys = n;
	int code = korch_sealer_new(&sealer, &options, &error);
	ck_assert_msg(code == 0, "%s", korch_error_message(error));
	return sealer;
}

korch_sealer *read_sealer(const char *text)
{
	korch_sealer *sealer = NULL;
	korch_error *error = NULL;
	int code = korch_sealer_read(&sealer, text, strlen(text), "enc.yaml", &error);
	char *line = korch_error_format(error);
	ck_assert_msg(code == 0, "%s", line ? line : "");
	free(line);
	return sealer;
}

bytes seal(korch_sealer *sealer, const korch_seal_value *value)
{
	bytes out = {0};
	korch_error *error = NULL;
	int code = korch_sealer_seal(&out.data, &out.length, sealer, value, &error);
	ck_assert_msg(code == 0, "%s", korch_error_message(error));
	return out;
}

void check_opens(korch_sealer *sealer, const korch_seal_value *value, const char *text)
{
	char *out = NULL;
	size_t length = 0;
	korch_error *error = NULL;
	int code = korch_sealer_open(&out, &length, sealer, value, &error);
	char *line = korch_error_format(error);
	ck_assert_msg(code == 0, "%s", line ? line : "");
	free(line);
	ck_assert_uint_eq(length, strlen(text));
	ck_assert_str_eq(out, text);
	korch_seal_clear_free(out, length);
}

int is_like(const char *line, const char *pattern)
{
	return fnmatch(pattern, line, FNM_NOESCAPE) == 0;
}

void check_fails(korch_sealer *sealer, const korch_seal_value *value, int code, const char *line)
{
	char *out = NULL;
	size_t length = 7;
	korch_error *error = NULL;
	ck_assert_int_eq(korch_sealer_open(&out, &length, sealer, value, &error), code);
	ck_assert_ptr_null(out);
	ck_assert_uint_eq(length, 7);
	char *found = korch_error_format(error);
	ck_assert_msg(is_like(found, line), "%s", found);
	ck_assert_ptr_null(strchr(found, '\n'));
	free(found);
	korch_error_free(error);
}

static char folder[] = "/tmp/korch-seal-XXXXXX", paths[4][128];

/* Check gives each test a process of its own. */
static void remove_files(void)
{
	for (size_t i = 0; i < 4; i++)
		if (*paths[i])
			unlink(paths[i]);
	rmdir(folder);
}

const char *write_file(const char *name, const void *data, size_t length)
{
	static size_t n;
	ck_assert_uint_lt(n, 4);
	char *path = paths[n++];
	if (n == 1) {
		ck_assert_ptr_nonnull(mkdtemp(folder));
		atexit(remove_files);
	}
	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(data, 1, length, file), length);
	ck_assert_int_eq(fclose(file), 0);
	ck_assert_int_eq(chmod(path, 0600), 0);
	return path;
}
