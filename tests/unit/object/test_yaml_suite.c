/*
 * The YAML test suite (KORCH_DATA/yaml-test-suite/src): documents equal to the JSON given, invalid
 * ones rejected. The cases that are not met stand in docs/yaml.md; the list there must be exact.
 */
#include "base/alloc.h"
#include "base/buf.h"
#include "object/read.h"
#include "unit.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct tally {
	int n_json, n_equal;
	int n_fail, n_rejected;
	korch_buf unmet; /* "| `ID/n` | json |\n" lines */
} tally;

static int take_tree(void *userdata, struct json_object *tree, int line)
{
	json_object_array_add(userdata, json_object_get(tree));
	return 0;
}

static int later_wins(void *userdata, const char *path, int line, int first_line)
{
	return 0;
}

/* All documents of a text as an array; NULL when it is refused. */
static struct json_object *read_all(const char *text, size_t len, int is_json)
{
	struct json_object *list = json_object_new_array();
	korch__read read = {.document = take_tree, .duplicate = later_wins, .userdata = list};
	int code = is_json ? korch__json_read(&read, text, len, NULL)
	                   : korch__yaml_read(&read, text, len, NULL);
	if (code == 0)
		return list;
	json_object_put(list);
	return NULL;
}

/* The marks by which the suite shows what cannot be seen. */
static char *without_marks(const char *text, size_t *len)
{
	static const struct {
		const char *mark, *meaning;
	} marks[] = {{"␣", " "},   {"————»", "\t"},      {"———»", "\t"}, {"——»", "\t"},
	             {"—»", "\t"}, {"»", "\t"},          {"↵", ""},      {"∎\n", ""},
	             {"←", "\r"},  {"⇔", "\xef\xbb\xbf"}};
	korch_buf buf;
	korch__buf_init(&buf, 0);
	while (*text) {
		size_t i = 0, n = sizeof(marks) / sizeof(marks[0]);
		while (i < n && strncmp(text, marks[i].mark, strlen(marks[i].mark)) != 0)
			i++;
		if (i < n) {
			korch__buf_puts(&buf, marks[i].meaning);
			text += strlen(marks[i].mark);
		} else {
			korch__buf_putc(&buf, *text++);
		}
	}
	*len = buf.len;
	return korch__buf_steal(&buf);
}

static const char *member(struct json_object *object, const char *key)
{
	struct json_object *value = json_object_object_get(object, key);
	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

static void run_case(tally *self, const char *name, struct json_object *item)
{
	const char *yaml = member(item, "yaml"), *json = member(item, "json");
	int must_fail = json_object_get_boolean(json_object_object_get(item, "fail"));
	if (!yaml || (!json && !must_fail))
		return;
	size_t len;
	char *text = without_marks(yaml, &len);
	_cleanup_tree_ struct json_object *found = read_all(text, len, 0);
	korch__free(text);
	if (must_fail) {
		self->n_fail++;
		self->n_rejected += !found;
		if (found)
			korch__buf_printf(&self->unmet, "| `%s` | accepted |\n", name);
		return;
	}
	_cleanup_tree_ struct json_object *wanted = read_all(json, strlen(json), 1);
	ck_assert_msg(wanted != NULL, "%s: its JSON", name);
	self->n_json++;
	if (found && korch__tree_equal(found, wanted))
		self->n_equal++;
	else
		korch__buf_printf(&self->unmet, "| `%s` | %s |\n", name, found ? "differs" : "refused");
}

static void run_file(tally *self, const char *folder, const char *file)
{
	char path[4400], name[64];
	snprintf(path, sizeof(path), "%s/%s", folder, file);
	FILE *stream = fopen(path, "rb");
	ck_assert_msg(stream != NULL, "%s", path);
	static char text[1 << 20];
	size_t len = fread(text, 1, sizeof(text), stream);
	fclose(stream);
	_cleanup_tree_ struct json_object *documents = read_all(text, len, 0);
	ck_assert_msg(documents != NULL, "%s", path);
	struct json_object *cases = json_object_array_get_idx(documents, 0);
	for (size_t i = 0; i < json_object_array_length(cases); i++) {
		snprintf(name, sizeof(name), "%.4s/%zu", file, i);
		run_case(self, name, json_object_array_get_idx(cases, i));
	}
}

/* The table of docs/yaml.md without its last column. */
static char *documented(void)
{
	char path[4096], line[1024];
	snprintf(path, sizeof(path), "%s/docs/yaml.md", getenv("KORCH_SOURCE_ROOT"));
	FILE *stream = fopen(path, "r");
	ck_assert_msg(stream != NULL, "%s", path);
	korch_buf buf;
	korch__buf_init(&buf, 0);
	while (fgets(line, sizeof(line), stream)) {
		char *last = strncmp(line, "| `", 3) == 0 && strchr(line, '/') == line + 7
		                 ? strrchr(line, '|')
		                 : NULL;
		while (last && last > line && *--last != '|')
			;
		if (last)
			korch__buf_printf(&buf, "%.*s|\n", (int)(last - line), line);
	}
	fclose(stream);
	return korch__buf_steal(&buf);
}

static int is_yaml(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');
	return dot && strcmp(dot, ".yaml") == 0;
}

START_TEST(suite_cases)
{
	char folder[4096];
	snprintf(folder, sizeof(folder), "%s/yaml-test-suite/src", getenv("KORCH_DATA"));
	struct dirent **entries;
	int n = scandir(folder, &entries, is_yaml, alphasort);
	ck_assert_int_gt(n, 300);
	tally self = {0};
	korch__buf_init(&self.unmet, 0);
	for (int i = 0; i < n; i++) {
		run_file(&self, folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	printf("equal %d of %d, rejected %d of %d\n", self.n_equal, self.n_json, self.n_rejected,
	       self.n_fail);
	char *expected = documented(), *found = korch__buf_steal(&self.unmet);
	if (strcmp(expected, found) != 0)
		printf("unmet:\n%s", found);
	ck_assert_int_ge(self.n_equal, 211);
	ck_assert_int_ge(self.n_rejected, 79);
	ck_assert_msg(strcmp(expected, found) == 0,
	              "docs/yaml.md does not list the unmet cases exactly");
	korch__free(expected);
	korch__free(found);
}
END_TEST

KORCH_SUITE(yaml_suite)
{
	Suite *suite = suite_create("yaml_suite");
	if (getenv("KORCH_DATA"))
		KORCH_CASE(suite, "cases", suite_cases);
	return suite;
}
