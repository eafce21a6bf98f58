/* What object.c offers to the other files of this room beside <korch/object.h>. */
#ifndef KORCH_OBJECT_OBJECT_H
#define KORCH_OBJECT_OBJECT_H

#include <korch/object.h>

/* Table of objects that have none of their own: metadata, and the rest as text (a row named ""). */
extern const korch_type korch__raw_object_type;
/* The table that the object's block has. Never NULL. */
const korch_type *korch__object_type(const korch_object *object);
/* An object without metadata and raw. */
int korch__object_new_bare(korch_object **out, const korch_kind *kind);

static inline void korch__object_unref_p(korch_object **slot)
{
	korch_object_unref(*slot);
}
#define _cleanup_object_ __attribute__((cleanup(korch__object_unref_p)))

#endif
