/* Objects as YAML text; the text of trees is made in yaml_write.c. */
#include "base/cleanup.h"
#include "object/codec.h"
#include "object/tree.h"
#include "object/yaml_write.h"
#include <korch/yaml.h>

int korch_object_to_yaml(char **out, size_t *length, const korch_object *object, uint32_t flags)
{
	if (!out || !object)
		return KORCH_E_INVALID;
	_cleanup_tree_ struct json_object *tree = NULL;
	int code = korch__object_encode(&tree, object);
	if (code < 0)
		return code;
	struct json_object *metadata = json_object_object_get(tree, "metadata");
	if ((flags & KORCH_ENCODE_NO_MANAGED_FIELDS) && json_object_is_type(metadata, json_type_object))
		json_object_object_del(metadata, "managedFields");
	korch_buf buf;
	korch__buf_init(&buf, 0);
	korch__yaml_write(&buf, tree);
	size_t len = buf.len;
	char *text = korch__buf_steal(&buf);
	if (!text)
		return KORCH_E_NOMEM;
	*out = text;
	if (length)
		*length = len;
	return 0;
}
