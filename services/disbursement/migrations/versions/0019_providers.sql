-- Providers that the gateway has connectors for, as it described them last: who may stand in a contract.
CREATE TABLE providers (
    provider text PRIMARY KEY,            -- name, as in contracts
    channels text[] NOT NULL              -- wallet, account, cash, cashier
);
