/*
 * Memory for keys: locked where that is allowed, kept out of core dumps, cleansed when it is
 * given back. What the keys are for stands in core.h.
 */
#ifndef KORCH_SEAL_VAULT_H
#define KORCH_SEAL_VAULT_H

#include <stddef.h>
#include <stdint.h>

typedef struct korch__vault {
	uint8_t *data; /* zeroed pages of its own; NULL when it is empty */
	size_t size;   /* as it was asked for */
	size_t mapped;
	int is_locked;  /* 1: never written to swap */
	int lock_error; /* errno of mlock() when it is not */
} korch__vault;

/* 0 or KORCH_E_NOMEM; memory that cannot be locked is no failure. */
int korch__vault_init(korch__vault *vault, size_t size);
/* Cleanses and gives back. Zeroed vaults are fine. */
void korch__vault_fini(korch__vault *vault);

/* Tests only: called with the memory after it was cleansed and before it is given back. */
extern void (*korch__vault_watch)(const uint8_t *data, size_t size);

#define _cleanup_vault_ __attribute__((cleanup(korch__vault_fini)))

#endif
