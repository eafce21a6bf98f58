/* Trees as YAML text. Objects are written by <korch/yaml.h>. */
#ifndef KORCH_OBJECT_YAML_WRITE_H
#define KORCH_OBJECT_YAML_WRITE_H

#include "base/buf.h"

struct json_object;

/*
 * Appends a document without "---", in block style, that reads as an equal tree. Check buf->failed.
 */
void korch__yaml_write(korch_buf *buf, struct json_object *tree);

#endif
