insert into users (id, name, email, "emailVerified", image) values
    (1, 'Ada', 'Ada@example.com', '2026-01-02T03:04:05Z', 'https://img.example/ada.png'),
    (2, 'Grace', 'GRACE@example.com', null, null),
    (3, 'Grace again', 'grace@example.COM', null, null),
    (4, 'Bob', null, null, null),
    (5, 'Two', 'one@example.com,two@example.com', null, null),
    (6, 'Impostor', 'TAKEN@example.com', null, null),
    (7, 'Seven', 'seven@example.com', null, null),
    (8, E'Li\nne', '', now(), ''),
    (9, 'Alan', 'alan@example.com', 'infinity', null),
    (10, 'Tab', E'tab\t@example.com', null, null);
insert into accounts
    (id, "userId", type, provider, "providerAccountId", access_token, refresh_token, expires_at, scope, token_type)
values
    (1, 1, 'oauth', 'azure-devops', 'ada-1', 'secret-access', 'secret-refresh', 1795300000, 'vso.profile', 'bearer'),
    (2, 1, 'oidc', 'github', 'Ａｄａ', null, null, null, null, null),
    (3, 2, 'oauth', 'azure-devops', 'shared', 'secret-shared', null, null, null, null),
    (4, 4, 'oauth', 'azure-devops', 'shared', null, null, null, null, null),
    (5, 2, 'credentials', 'credentials', '2', null, null, null, null, null),
    (6, 99, 'oauth', 'azure-devops', 'nobody', 'secret-nobody', null, null, null, null),
    (7, 9, 'oauth', 'acme', 'alan', 'secret-acme', null, null, null, null),
    (8, 9, 'oauth', 'azure-devops', E'al\nan', 'secret-odd', null, null, null, null),
    (9, 4, 'oauth', 'azure-devops', 'here', 'secret-here', null, null, null, null),
    (10, 1, 'oauth', 'azure-devops', 'ada-1', 'secret-again', null, null, null, null),
    (11, 3, 'oauth', 'github', 'grace', null, null, null, null, null),
    (12, 2, 'webauthn', 'passkey', 'p', null, null, null, null, null),
    (13, 9, 'oauth', 'github', '', null, null, null, null, null);
insert into sessions (id, "userId", expires, "sessionToken") values
    (1, 1, '2100-01-01', '8c6c4d1e-57a4-4c57-9e47-6a34f5f0b8f6'),
    (2, 1, '2001-01-01', '2e8f11d9-7fd3-46a5-9db1-ffd83ae6a5a4'),
    (3, 3, '2100-01-01', 'f1d93e7d-3b14-4d7f-8e6a-0b8f3b6f2a11'),
    (4, 99, '2100-01-01', '0f7d4f5e-94f2-47a3-a4d2-3c51b2c5f1a7'),
    (5, 4, '2100-01-01', 'short'),
    (6, 2, 'infinity', 'a9a5f6a6-41d4-4b3e-8c58-1a3f3a1f2b22');
insert into verification_token (identifier, expires, token) values
    ('ada@example.com', '2100-01-01', 'x'), ('bob@example.com', '2001-01-01', 'y');
