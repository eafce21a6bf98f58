/*
 * json-c trees as manifests are read into them: where a node stood in its file, how it was written,
 * copies, comparison. Trees are for passing through; objects are kept as structs or as compact
 * text.
 */
#ifndef KORCH_OBJECT_TREE_H
#define KORCH_OBJECT_TREE_H

#include <json-c/json.h>
#include <stddef.h>

/*
 * Nodes bear this in json-c's userdata, so json_object_set_userdata(), json_object_set_serializer()
 * and json_object_deep_copy() without a copy function are not for these trees. Subtrees may be
 * shared (YAML aliases): do not change what hangs below a node that you did not make. A null is a
 * NULL pointer and has no line: use that of what holds it.
 */

/* Line from 1 in the file that the node came from; 0 when unknown, and for NULL. */
int korch__tree_line(const struct json_object *node);
/* The line of what a path ("spec.containers[0].image") leads to, or of its nearest ancestor that
 * is there. */
int korch__tree_line_at(struct json_object *tree, const char *path);
/*
 * Sets it; of no effect on NULL and when memory is short (only a number that keeps its text needs
 * any).
 */
void korch__tree_set_line(struct json_object *node, int line);

/*
 * The text of an unquoted scalar that YAML 1.1, and so Kubernetes, takes for a bool or a number,
 * and YAML 1.2 for a string: yes, no, on, off, 1_000, 0b11. A field that wants a string takes this
 * text; anything else takes the value. NULL otherwise.
 */
const char *korch__tree_plain_text(const struct json_object *node);
/* Marks a bool or number as written so (text is copied). 0 or KORCH_E_NOMEM. */
int korch__tree_set_plain_text(struct json_object *node, const char *text);

/*
 * A number from JSON number text (already checked): an integer where 64 bits hold it, otherwise a
 * double that is written as it was read, digit for digit. NULL when memory is short.
 */
struct json_object *korch__tree_number(const char *text);

/* A deep copy with lines and texts; NULL when memory is short, and for NULL. */
struct json_object *korch__tree_copy(struct json_object *node);
/*
 * 1 when both are the same JSON value: keys in any order, numbers by value. Recursion is as deep as
 * the trees.
 */
int korch__tree_equal(struct json_object *a, struct json_object *b);

static inline void korch__tree_put_p(struct json_object **slot)
{
	json_object_put(*slot);
}
#define _cleanup_tree_ __attribute__((cleanup(korch__tree_put_p)))

#endif
