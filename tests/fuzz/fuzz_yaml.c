/* YAML and JSON text → trees → YAML → the same trees. */
#include "fuzz.h"
#include "object/read.h"
#include "object/yaml_write.h"
#include <string.h>

static int keep(void *userdata, struct json_object *tree, int line)
{
	FUZZ_CHECK(line > 0);
	*(struct json_object **)userdata = json_object_get(tree);
	return 0;
}

static int later_wins(void *userdata, const char *path, int line, int first_line)
{
	FUZZ_CHECK(line > 0 && first_line > 0 && first_line <= line);
	return 0;
}

static void failed(void *userdata, const korch_error *error)
{
	FUZZ_CHECK(korch_error_line(error) > 0 && korch_error_message(error)[0] != '\0');
}

static int write_and_read(void *userdata, struct json_object *tree, int line)
{
	FUZZ_CHECK(line > 0);
	korch_buf buf;
	korch__buf_init(&buf, (size_t)64 << 20);
	korch__yaml_write(&buf, tree);
	FUZZ_CHECK(!buf.failed);
	struct json_object *again = NULL;
	korch__read read = {.document = keep, .userdata = &again};
	FUZZ_CHECK(korch__yaml_read(&read, buf.data, buf.len, NULL) == 0);
	FUZZ_CHECK(korch__tree_equal(tree, again));
	json_object_put(again);
	korch__buf_fini(&buf);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const korch__read_limits limits = {
	    .max_nodes = 20000, .max_alias_nodes = 2000, .max_depth = 64, .max_documents = 100};
	korch__read read = {.file = "f",
	                    .limits = limits,
	                    .document = write_and_read,
	                    .duplicate = later_wins,
	                    .failed = failed};
	korch_error *error = NULL;
	int code = korch__text_read(&read, (const char *)data, size, &error);
	FUZZ_CHECK(code == 0 || code == KORCH_E_PARSE || code == KORCH_E_LIMIT);
	FUZZ_CHECK((code != 0) == (error != NULL));
	korch_error_free(error);
	read.failed = NULL;
	read.duplicate = NULL;
	read.document = NULL;
	korch__json_read(&read, (const char *)data, size, NULL);
	return 0;
}
