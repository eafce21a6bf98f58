/*
 * Lines for problems: the path of a problem is followed through the tree that the object came from,
 * as far as it goes.
 */
#include "base/alloc.h"
#include "base/text.h"
#include "object/problems.h"
#include "object/tree.h"
#include <string.h>

korch_problem *korch__problems_item(korch_problems *problems, size_t i);

/* Length of the path's first member name or index; *name_length is that of the name itself, which
 * starts at *name. */
static size_t step(const char *path, const char **name, size_t *name_length)
{
	if (*path == '[') {
		const char *end = strchr(path, ']');
		size_t length = end ? (size_t)(end - path) : strlen(path);
		*name = path + 1;
		*name_length = length - 1;
		if (*name_length >= 2 && ((*name)[0] == '\'' || (*name)[0] == '"'))
			(*name)++, *name_length -= 2;
		return length + (end != NULL);
	}
	size_t dot = *path == '.';
	*name = path + dot;
	*name_length = strcspn(*name, ".[");
	return dot + *name_length;
}

/* What one step of a path leads to, or NULL. */
static struct json_object *child_of(struct json_object *node, const char *name, size_t length)
{
	char key[512];
	if (length >= sizeof(key))
		return NULL;
	memcpy(key, name, length);
	key[length] = '\0';
	if (json_object_is_type(node, json_type_object))
		return json_object_object_get(node, key);
	int64_t index;
	if (json_object_is_type(node, json_type_array) && korch__text_to_i64(&index, key) == 0 &&
	    index >= 0)
		return json_object_array_get_idx(node, (size_t)index);
	return NULL;
}

int korch__tree_line_at(struct json_object *tree, const char *path)
{
	int line = korch__tree_line(tree);
	while (*path && tree) {
		const char *name;
		size_t length;
		size_t taken = step(path, &name, &length);
		if (taken == 0)
			break;
		tree = child_of(tree, name, length);
		if (tree && korch__tree_line(tree))
			line = korch__tree_line(tree);
		path += taken;
	}
	return line;
}

void korch__problems_set_lines(korch_problems *problems, size_t first, const char *file,
                               struct json_object *tree)
{
	if (!problems)
		return;
	for (size_t i = first; i < korch_problems_count(problems); i++) {
		korch_problem *problem = korch__problems_item(problems, i);
		if (problem->line == 0)
			problem->line = korch__tree_line_at(tree, problem->path);
		if (file && !problem->file)
			problem->file = korch__strdup(file);
	}
}
